#include "io/http/http1_parser.h"

#include <boost/beast/http/error.hpp>

namespace freshet::io {
namespace {

constexpr std::size_t usual_fields = 16, usual_bytes = 1024;  ///< of a header, most SDKs'

}  // namespace

template <bool is_request>
bool Http1Parser<is_request>::take(boost::beast::flat_buffer& buffer, Error& error) {
    buffer.consume(this->put(buffer.data(), error));
    if (error != boost::beast::http::error::need_more) return true;
    error = {};
    return false;
}

template <bool is_request>
void Http1Parser<is_request>::on_request_impl(boost::beast::http::verb, Text method_, Text target_,
                                              int, Error&) {
    method = std::string(method_);
    target = std::string(target_);
}

template <bool is_request>
void Http1Parser<is_request>::on_field_impl(boost::beast::http::field, Text name, Text value,
                                            Error&) {
    if (this->is_header_done()) return;  // a trailer's
    if (headers.text().empty()) headers.reserve(usual_fields, usual_bytes);
    headers.add_lower(name, value);
}

template <bool is_request>
std::size_t Http1Parser<is_request>::on_body_impl(Text piece, Error&) {
    body.append(piece.data(), piece.size());
    return piece.size();
}

template class Http1Parser<true>;
template class Http1Parser<false>;

}  // namespace freshet::io
