// One HTTP/1.1 request: Beast checks the text and cuts it, and what it finds goes straight to its
// place. Inside io/ only.
#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "io/http.h"

namespace freshet::io {

class Http1Parser final : public boost::beast::http::basic_parser<true> {
  public:
    using Error = boost::system::error_code;
    explicit Http1Parser(std::size_t header_bytes_max);

    HttpRequest head;   ///< whole when is_header_done(), but for its body; names in lower case
    std::string piece;  ///< what put() found of a chunked body

  private:
    using Text = boost::beast::string_view;
    void on_request_impl(boost::beast::http::verb, Text method, Text target, int, Error&) override;
    void on_response_impl(int, Text, int, Error&) override {}
    void on_field_impl(boost::beast::http::field, Text name, Text value, Error&) override;
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    std::size_t on_body_impl(Text body, Error&) override;
    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error&) override;
    void on_finish_impl(Error&) override {}
};

}  // namespace freshet::io
