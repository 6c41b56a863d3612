#include "io/http1_parser.h"

namespace freshet::io {
namespace {

constexpr std::size_t usual_fields = 16, usual_bytes = 1024;  ///< of a header, most SDKs'

}  // namespace

Http1Parser::Http1Parser(std::size_t header_bytes_max) {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(boost::none);
    head.headers.reserve(usual_fields, usual_bytes);
}

void Http1Parser::on_request_impl(boost::beast::http::verb, Text method, Text target, int, Error&) {
    head.method = std::string(method);
    head.target = std::string(target);
}

void Http1Parser::on_field_impl(boost::beast::http::field, Text name, Text value, Error&) {
    if (is_header_done()) return;  // a trailer's
    head.headers.add_lower(name, value);
}

std::size_t Http1Parser::on_body_impl(Text body, Error&) { return body.size(); }

std::size_t Http1Parser::on_chunk_body_impl(std::uint64_t, Text body, Error&) {
    piece.append(body.data(), body.size());
    return body.size();
}

}  // namespace freshet::io
