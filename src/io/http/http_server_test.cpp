// Slow peers: each wait of the server has an end. The waits are real time, so the limits are small
// here.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "io/disk.h"
#include "io/http/file_body.h"

namespace freshet::io {
namespace {

std::atomic<int> streamed_bodies{0};

class Endless final : public BodyReader {
  public:
    Endless() { ++streamed_bodies; }
    ~Endless() override { --streamed_bodies; }
    Task<Result<Bytes>> read() override { co_return Bytes::own(std::string(1 << 20, 'x')); }
};

constexpr std::size_t file_bytes = 12 << 20, read_first = 1000;

/// A file of 12 MiB: the first bytes by read(), the next ones from the file where a connection can
/// send them, its last MiB by read() again.
class OfFile final : public FileBody {
  public:
    OfFile() {
        ++streamed_bodies;
        std::FILE* made = std::tmpfile();
        EXPECT_EQ(std::fwrite(content().data(), 1, file_bytes, made), file_bytes);
        std::fflush(made);
        file_ = std::move(*make_posix_disk()->open(
            "/proc/self/fd/" + std::to_string(::fileno(made)), OpenMode::read));
        std::fclose(made);
    }
    ~OfFile() override { --streamed_bodies; }
    static const std::string& content() {
        static const std::string all = [] {
            std::string bytes(file_bytes, '\0');
            for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7);
            return bytes;
        }();
        return all;
    }
    Task<Result<Bytes>> read() override {
        const std::size_t size = at_ == 0 ? read_first : 100'000;
        auto piece = Bytes::copy(std::string_view(content()).substr(at_, size));
        at_ += piece.size();
        co_return piece;
    }
    std::optional<FileRun> run() override {
        const std::size_t end = file_bytes - (1 << 20);
        if (at_ < read_first || at_ >= end) return std::nullopt;
        return FileRun{file_.get(), at_, end - at_};
    }
    void skip(std::uint64_t bytes) override { at_ += bytes; }
    std::optional<Bytes> take_whole() override { return std::nullopt; }

  private:
    std::unique_ptr<File> file_;
    std::size_t at_ = 0;
};

Task<HttpResponse> answer(HttpRequest request) {
    HttpResponse response;
    if (request.target == "/file") {
        response.stream = std::make_unique<OfFile>();
        response.stream_length = file_bytes;
        co_return response;
    }
    if (request.target == "/endless") {
        response.stream = std::make_unique<Endless>();
        co_return response;
    }
    auto body = co_await read_all(*request.body, 1 << 20);
    response.status = body ? 200 : 400;
    co_return response;
}

struct Impatient : testing::Test {
    explicit Impatient(Millis patience = 60ms) {
        HttpLimits limits;
        limits.header_timeout = limits.idle_timeout = limits.stall_timeout = patience;
        limits.sweep_interval = 20ms;
        cores.start();
        server = std::move(*listen_http(cores, "127.0.0.1", 0, limits, answer));
        connection = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~Impatient() override {
        close(connection);
        run_to_end(clock, [&](Core&) { return server->stop(1000ms); });
        server.reset();
        cores.stop();
    }
    void say(std::string_view text) const {
        EXPECT_EQ(send(connection, text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    /// All that comes until the server closes.
    std::string rest() const {
        std::string all;
        std::array<char, 65536> piece{};
        for (ssize_t got = 1; got > 0;) {
            got = recv(connection, piece.data(), piece.size(), 0);
            if (got > 0) all.append(piece.data(), static_cast<std::size_t>(got));
        }
        return all;
    }

    SystemClock clock;
    Cores cores{clock, 1};
    std::unique_ptr<HttpServer> server;
    int connection = -1;
};

TEST_F(Impatient, a_silent_connection_is_closed) { EXPECT_EQ(rest(), ""); }

TEST_F(Impatient, a_connection_is_closed_when_no_second_request_comes) {
    say("GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(rest().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Impatient, a_slow_header_is_cut) {
    say("GET / HTTP/1.1\r\nX-Slow: ");
    EXPECT_EQ(rest(), "");
}

TEST_F(Impatient, a_slow_body_is_cut) {
    say("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(rest(), "");
}

TEST_F(Impatient, half_a_preface_and_half_a_handshake_are_closed) {
    say("PRI * HTTP/2");
    EXPECT_EQ(rest(), "");
}

TEST_F(Impatient, a_reader_that_takes_nothing_is_left) {
    say("GET /endless HTTP/1.1\r\n\r\n");
    std::array<char, 1> first{};
    EXPECT_EQ(recv(connection, first.data(), 1, 0), 1);
    while (streamed_bodies != 0) usleep(1000);
}

struct Patient : Impatient {
    Patient() : Impatient(60s) {}
};

TEST_F(Patient, bytes_of_a_file_come_between_bytes_that_are_read) {
    say("GET /file HTTP/1.1\r\n\r\n");
    shutdown(connection, SHUT_WR);
    const std::string all = rest();
    ASSERT_GE(all.size(), file_bytes);
    EXPECT_TRUE(all.ends_with(OfFile::content()));
}

TEST_F(Impatient, a_reader_that_takes_nothing_of_a_file_is_left) {
    say("GET /file HTTP/1.1\r\n\r\n");
    std::array<char, 1> first{};
    EXPECT_EQ(recv(connection, first.data(), 1, 0), 1);
    while (streamed_bodies != 0) usleep(1000);
}

TEST_F(Impatient, a_silent_http2_connection_hears_goaway) {
    say(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string("\0\0\0\x04\0\0\0\0\0", 9));
    EXPECT_NE(rest().find(std::string("\x07\0\0\0\0\0", 6)), std::string::npos);
}

TEST_F(Impatient, an_http2_stream_that_takes_nothing_is_reset) {
    say(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string("\0\0\0\x04\0\0\0\0\0", 9));
    const std::string block = std::string("\x82\x86\x44\x08/endless\x41\x01x");
    say(std::string("\0\0", 2) + static_cast<char>(block.size()) +
        std::string("\x01\x05\0\0\0\x01", 6) + block);
    std::array<char, 16> first{};
    EXPECT_GT(recv(connection, first.data(), first.size(), 0), 0);
    const std::string all = rest();  // its window's worth, then RST_STREAM, then GOAWAY
    EXPECT_NE(all.find(std::string("\0\0\x04\x03\0\0\0\0\x01", 9)), std::string::npos);
    while (streamed_bodies != 0) usleep(1000);
}

}  // namespace
}  // namespace freshet::io
