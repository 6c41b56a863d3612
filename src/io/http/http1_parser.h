// One HTTP/1.1 message: Beast checks the text and cuts it, and what it finds goes straight to its
// place. Inside io/ only.
#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <string>

#include "io/http/http.h"

namespace freshet::io {

template <bool is_request>
class Http1Parser final : public boost::beast::http::basic_parser<is_request> {
  public:
    using Error = boost::system::error_code;

    /// Takes what has come out of `buffer`; false when more is wanted before anything can be said.
    bool take(boost::beast::flat_buffer& buffer, Error& error);

    std::string method, target;  ///< of a request
    int status = 0;              ///< of an answer
    // names in lower case; whole when is_header_done(), without trailers
    Headers headers;
    std::string body;  ///< what take() found of one, after the header when eager()

  private:
    using Text = boost::beast::string_view;
    void on_request_impl(boost::beast::http::verb, Text method_, Text target_, int,
                         Error&) override;
    void on_response_impl(int status_, Text, int, Error&) override { status = status_; }
    void on_field_impl(boost::beast::http::field, Text name, Text value, Error&) override;
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    std::size_t on_body_impl(Text piece, Error&) override;
    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Error& error) override {
        return on_body_impl(piece, error);
    }
    void on_finish_impl(Error&) override {}
};

extern template class Http1Parser<true>;
extern template class Http1Parser<false>;

}  // namespace freshet::io
