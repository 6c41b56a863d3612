#include "io/http/http2_session.h"

#include <gtest/gtest.h>

namespace freshet::io {
namespace {

using namespace std::string_view_literals;
using What = Http2Session::What;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view get = "\x82\x86\x84\x41\x01x"sv;   // GET http x /
constexpr std::string_view post = "\x83\x86\x84\x41\x01x"sv;  // POST http x /
constexpr char headers = 1, reset = 3, settings = 4, ping = 6, continuation = 9, data = 0;
constexpr char ends_stream = 1, ends_headers = 4;

std::string frame(char type, int flags, int stream, std::string_view payload = {}) {
    std::string out;
    for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
    out += type;
    out += static_cast<char>(flags);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(stream >> shift);
    return out.append(payload);
}

struct Spoken : testing::Test {
    explicit Spoken(const HttpLimits& limits_ = {}) : limits(limits_), session(limits_) {
        EXPECT_TRUE(session.receive(std::string(preface) + frame(settings, 0, 0)));
        flush();
    }
    std::string flush() {
        std::string out;
        session.take_output(out, 1 << 20);
        return out;
    }
    /// The kinds of the events since the last call, with their streams.
    std::string events() {
        std::string out;
        for (const auto& event : session.take_events()) {
            static constexpr const char* names[] = {"request", "data", "end", "sent", "closed"};
            out +=
                names[static_cast<int>(event.what)] + (" " + std::to_string(event.stream)) + "; ";
        }
        return out;
    }
    void respond(int stream, std::size_t bytes) {
        session.respond(stream, 200, {}, true);
        session.send(stream, Bytes::own(std::string(bytes, 'x')));
        session.end(stream);
    }
    HttpLimits limits;
    Http2Session session;
};

TEST_F(Spoken, a_request_its_body_and_its_end_are_told_in_order) {
    EXPECT_TRUE(session.receive(frame(headers, ends_headers, 1, post) + frame(data, 0, 1, "ab") +
                                frame(data, 0, 1, "cd") + frame(data, ends_stream, 1, "")));
    EXPECT_EQ(events(), "request 1; data 1; end 1; ");
    respond(1, 3);
    EXPECT_NE(flush().find(std::string(3, 'x')), std::string::npos);
    EXPECT_EQ(events(), "closed 1; ");
    EXPECT_EQ(session.streams(), 0u);
}

TEST_F(Spoken, a_body_beyond_its_window_ends_its_stream) {
    ASSERT_TRUE(session.receive(frame(headers, ends_headers, 1, post)));
    const std::string piece = frame(data, 0, 1, std::string(16'000, 'x'));
    bool is_whole = true;
    for (std::size_t sent = 0; is_whole && sent <= limits.http2_stream_window_bytes + 32'000;
         sent += 16'000) {
        is_whole = session.receive(piece);
        flush();
    }
    EXPECT_EQ(session.streams(), 0u);
}

TEST_F(Spoken, what_was_not_read_of_a_reset_stream_gives_its_window_back) {
    for (int stream = 1; stream < 200; stream += 2) {
        ASSERT_TRUE(session.receive(frame(headers, ends_headers, stream, post)));
        for (int i = 0; i < 15; ++i) {
            ASSERT_TRUE(session.receive(frame(data, 0, stream, std::string(16'000, 'x'))))
                << stream;
        }
        ASSERT_TRUE(session.receive(frame(reset, 0, stream, "\0\0\0\x08"sv)));
        flush();
        events();
        EXPECT_TRUE(session.tick(3));
    }
}

TEST_F(Spoken, a_burst_of_resets_uses_up_the_allowance_and_time_gives_it_back) {
    int stream = 1;
    const auto burst = [&] {
        int resets = 0;
        for (; resets < 2000; ++resets, stream += 2) {
            if (!session.receive(frame(headers, ends_headers | ends_stream, stream, get) +
                                 frame(reset, 0, stream, "\0\0\0\x08"sv)))
                break;
            flush();
        }
        return resets;
    };
    for (int i = 0; i < 100; ++i, stream += 2) {  // the same spread over time
        ASSERT_TRUE(session.receive(frame(headers, ends_headers | ends_stream, stream, get) +
                                    frame(reset, 0, stream, "\0\0\0\x08"sv)));
        if (i % 10 == 0) session.tick(3);
    }
    session.tick(3);
    EXPECT_EQ(burst(), 250);
    EXPECT_NE(flush().find("\0\0\0\x0B"sv), std::string::npos);  // ENHANCE_YOUR_CALM
}

TEST_F(Spoken, pings_that_nobody_reads_end_the_connection) {
    int sent = 0;
    while (sent < 2000 && session.receive(frame(ping, 0, 0, "12345678"))) ++sent;
    EXPECT_LE(sent, static_cast<int>(limits.http2_pending_acks_max));
}

TEST_F(Spoken, a_reader_that_takes_nothing_loses_its_stream_and_others_do_not) {
    ASSERT_TRUE(session.receive(frame(headers, ends_headers | ends_stream, 1, get) +
                                frame(headers, ends_headers | ends_stream, 3, get)));
    respond(1, 1'000'000);  // more than the peer's window of 64 KiB
    flush();
    EXPECT_EQ(events(), "request 1; request 3; ");
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(session.tick(2));
    flush();
    EXPECT_EQ(events(), "closed 1; ");
    EXPECT_EQ(session.streams(), 1u);
}

TEST_F(Spoken, a_body_that_never_comes_loses_its_stream) {
    ASSERT_TRUE(session.receive(frame(headers, ends_headers, 1, post)));
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(session.tick(2));
    flush();
    EXPECT_EQ(session.streams(), 0u);
}

TEST_F(Spoken, a_header_that_never_ends_ends_the_connection) {
    ASSERT_TRUE(session.receive(frame(headers, 0, 1, "\x82")));
    for (int i = 0; i < 2; ++i) {
        session.receive(frame(continuation, 0, 1, "\x86"));
        EXPECT_TRUE(session.tick(2));
    }
    EXPECT_FALSE(session.tick(2));
}

}  // namespace
}  // namespace freshet::io
