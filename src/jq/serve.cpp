#include "jq/serve.h"

#include <unistd.h>

#include <cerrno>

#include "jq/frames.h"
#include "jq/query.h"

namespace freshet::jq {
namespace {

bool try_read(int socket, char* out, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::read(socket, out, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool try_write(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(socket, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

/// Nothing when the peer is gone.
std::optional<std::string> read_frame(int socket) {
    std::string header(frame_header_bytes, '\0');
    if (!try_read(socket, header.data(), header.size())) return std::nullopt;
    const auto size = get_number<std::uint32_t>(header, 0);
    if (size > frame_bytes_max) return std::nullopt;
    std::string payload(size, '\0');
    if (!try_read(socket, payload.data(), size)) return std::nullopt;
    return payload;
}

}  // namespace

int serve(int socket) {
    const auto text = read_frame(socket);
    if (!text) return 0;
    auto query = Query::compile(*text);
    if (!try_write(socket, frame_of(query ? "" : query.error())) || !query) return 0;
    while (const auto payload = read_frame(socket)) {
        const auto records = decode_batch(*payload);
        if (!records) return 1;
        std::string out;
        for (const std::string_view record : *records) append_answer(out, (*query)->keys(record));
        if (!try_write(socket, frame_of(out))) return 0;
    }
    return 0;
}

}  // namespace freshet::jq
