// HTTP/1.1 input over a real connection: whatever comes, the server answers in whole answers or
// closes, and serves the next connection.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/log.h"
#include "io/http/http.h"

using namespace freshet;

namespace {

io::Task<io::HttpResponse> echo(io::HttpRequest request) {
    io::HttpResponse response;
    auto body = co_await io::read_all(*request.body, 1 << 20);
    if (!body) response.status = 400;
    if (body) response.body.push_back(std::move(*body));
    co_return response;
}

struct Server {
    Server() {
        set_log_level(LogLevel::off);
        cores.start();
        http = std::move(*io::listen_http(cores, "127.0.0.1", 0, {}, echo));
    }
    io::SystemClock clock;
    io::Cores cores{clock, 1};
    std::unique_ptr<io::HttpServer> http;
};

/// All that the server says to `input`, until it closes.
std::string exchange(std::uint16_t port, std::string_view input) {
    const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        std::abort();
    while (!input.empty()) {
        const ssize_t sent = ::send(peer, input.data(), input.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;  // it had enough
        input.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::shutdown(peer, SHUT_WR);
    std::string said;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::recv(peer, buffer, sizeof buffer, 0)) > 0;)
        said.append(buffer, static_cast<std::size_t>(got));
    const linger now{1, 0};  // no TIME_WAIT: there are thousands a second
    ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(peer);
    return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Server& server = *new Server;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.starts_with("PRI")) return 0;  // HTTP/2 has a target of its own
    const std::string said = exchange(server.http->port(), input);
    if (!said.empty() && !said.starts_with("HTTP/1.")) std::abort();
    static std::uint64_t count = 0;
    if (++count % 64 == 0 && !exchange(server.http->port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                                  .starts_with("HTTP/1.1 200"))
        std::abort();
    return 0;
}
