// One HTTP/1.1 connection as the files that read and write it share it. Inside io/ only.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "io/http/http1_parser.h"
#include "io/http/http_connection.h"

namespace freshet::io {

/// The request's bytes on one connection; lives as long as the connection.
struct Wire {
    std::shared_ptr<Line> line;
    Channel& channel;
    boost::beast::flat_buffer& buffer;
    std::optional<Http1Parser<true>> parser;
    std::uint64_t remaining = 0;  ///< of a body of known length
    bool is_chunked = false;
    bool expects_continue = false;
    bool has_failed = false;
    Millis timeout;

    Wire(std::shared_ptr<Line> line_, const HttpLimits& limits)
        : line(std::move(line_)),
          channel(line->channel),
          buffer(line->buffer),
          timeout(limits.stall_timeout) {}
    bool has_deadline = true;  ///< at first that of the greeting

    void expires_after(Millis time) {
        channel.expires_after(time);
        has_deadline = true;
    }
    void expires_never() {
        if (std::exchange(has_deadline, false)) channel.expires_never();
    }
};

}  // namespace freshet::io
