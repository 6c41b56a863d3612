// HTTP/2 input: any bytes behind the preface keep the session's promises: every request is told
// once, no body is longer than its window, and every stream ends once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "io/http/http2_session.h"

using namespace freshet::io;
using What = Http2Session::What;

namespace {

struct Seen {
    std::size_t held = 0;
    bool ended = false;
};

void answer(Http2Session& session, std::int32_t stream, bool is_large) {
    Headers headers;
    headers.add("Content-Type", "text/plain");
    session.respond(stream, 200, headers, true);
    session.send(stream, freshet::Bytes::own(std::string(is_large ? 100'000 : 3, 'x')));
    session.end(stream);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static constexpr std::string_view settings("\0\0\0\x04\0\0\0\0\0", 9);
    HttpLimits limits;
    limits.http2_streams_max = 8;
    limits.http2_spare_frames_max = 64;
    Http2Session session(limits);
    std::map<std::int32_t, Seen> open;
    bool alive = session.receive(preface) && session.receive(settings);
    for (std::size_t at = 0; alive && at < size;) {
        const std::size_t part = std::min<std::size_t>(size - at, 1U + data[at] % 64U);
        alive = session.receive({reinterpret_cast<const char*>(data) + at, part});
        at += part;
        for (auto& event : session.take_events()) {
            if (event.what == What::request) {
                if (!open.try_emplace(event.stream).second) std::abort();
                open[event.stream].ended = event.has_ended;
                if (event.stream % 3 != 0) answer(session, event.stream, event.stream % 5 == 0);
                continue;
            }
            const auto found = open.find(event.stream);
            if (found == open.end()) std::abort();
            if (event.what == What::end && std::exchange(found->second.ended, true)) std::abort();
            if (event.what == What::closed) open.erase(found);
            if (event.what != What::data) continue;
            found->second.held += event.data.size();
            if (found->second.held > limits.http2_stream_window_bytes) std::abort();
            if (event.stream % 4 == 1 || event.data.size() % 2 == 0) {
                session.consumed(event.stream, found->second.held);
                found->second.held = 0;
            }
        }
        if (open.size() > limits.http2_streams_max) std::abort();
        std::string out;
        if (!session.take_output(out, 64 * 1024)) break;
        if (at % 7 == 0 && !session.tick(3)) break;
    }
    return 0;
}
