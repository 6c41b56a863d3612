#include "connections.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

constexpr std::size_t read_bytes = 1024 * 1024, head_bytes = 8 * 1024;

/// The whole answer's size once its head is there; 0 before.
std::size_t answer_size(std::string_view in, std::size_t& head) {
    const auto end = in.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    head = end + 4;
    const auto at = in.substr(0, head).find("Content-Length: ");
    if (at == std::string_view::npos) die("an answer without Content-Length");
    return head + static_cast<std::size_t>(std::atoll(in.data() + at + 16));
}

}  // namespace

struct Connections::Wire {
    int fd = -1;
    Request out;  ///< not yet sent
    std::string in;
    std::size_t have = 0, want = 0, head = 0;
    bool waits_to_write = false;

    bool has_sent_all() const { return out.head.empty() && out.body.empty(); }
};

std::string request_of(std::string_view operation, std::string_view content_type,
                       std::string_view body) {
    return fmt::format(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {}\r\nX-Amz-Target: "
        "Kinesis_20131202.{}\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 "
        "Credential=bench/20260101/us-east-1/kinesis/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-target, "
        "Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n"
        "Content-Length: {}\r\n\r\n{}",
        content_type, operation, body.size(), body);
}

Connections::Connections(std::uint16_t port, std::size_t count, Bodies bodies)
    : wires_(count), bodies_(bodies), epoll_(epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = 0; i < count; ++i) {
        Wire& wire = wires_[i];
        wire.fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(wire.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            die(fmt::format("connect: {}", std::strerror(errno)));
        const int on = 1;
        setsockopt(wire.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{EPOLLIN, {.u64 = i}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, wire.fd, &event);
    }
}

Connections::~Connections() {
    for (const Wire& wire : wires_) close(wire.fd);
    close(epoll_);
}

void Connections::push(Wire& wire) {
    while (!wire.has_sent_all()) {
        std::array<iovec, 2> parts{};
        msghdr message{};
        message.msg_iov = parts.data();
        for (const std::string_view part : {wire.out.head, wire.out.body}) {
            if (!part.empty())
                parts[message.msg_iovlen++] = {const_cast<char*>(part.data()), part.size()};
        }
        const ssize_t sent = ::sendmsg(wire.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) break;
        if (sent < 0) die(fmt::format("send: {}", std::strerror(errno)));
        const auto gone = static_cast<std::size_t>(sent);
        const std::size_t of_head = std::min(gone, wire.out.head.size());
        wire.out.head.remove_prefix(of_head);
        wire.out.body.remove_prefix(gone - of_head);
    }
    if (wire.has_sent_all() == !wire.waits_to_write) return;
    wire.waits_to_write = !wire.has_sent_all();
    epoll_event event{EPOLLIN | (wire.waits_to_write ? EPOLLOUT : 0U),
                      {.u64 = static_cast<std::uint64_t>(&wire - wires_.data())}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, wire.fd, &event);
}

bool Connections::send_next(std::size_t index, const Next& next) {
    Wire& wire = wires_[index];
    wire.out = next(index);
    wire.have = wire.want = 0;
    if (wire.has_sent_all()) return false;
    push(wire);
    return true;
}

bool Connections::pull(Wire& wire) {
    const bool is_skipping = wire.want && bodies_ == Bodies::skipped;
    char* into = nullptr;  // MSG_TRUNC drops what came in the kernel, without a copy
    std::size_t room = wire.want - wire.have;
    if (!is_skipping) {
        const std::size_t space =
            wire.want ? wire.want
                      : wire.have + (bodies_ == Bodies::skipped ? head_bytes : read_bytes);
        if (wire.in.size() < space) wire.in.resize(space);
        into = wire.in.data() + wire.have;
        room = wire.in.size() - wire.have;
    }
    const ssize_t got = recv(wire.fd, into, room, MSG_DONTWAIT | (is_skipping ? MSG_TRUNC : 0));
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0) die("the server closed a connection");
    wire.have += static_cast<std::size_t>(got);
    if (!wire.want)
        wire.want = answer_size(std::string_view(wire.in).substr(0, wire.have), wire.head);
    return wire.want && wire.have >= wire.want;
}

void Connections::run(const Next& next, const Done& done) {
    std::size_t busy = 0;
    for (std::size_t i = 0; i < wires_.size(); ++i) busy += send_next(i, next);
    std::vector<epoll_event> events(wires_.size());
    while (busy > 0) {
        const int ready =
            epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 30'000);
        if (ready == 0) die("no answer for 30 s");
        for (int e = 0; e < ready; ++e) {
            const std::size_t index = events[static_cast<std::size_t>(e)].data.u64;
            Wire& wire = wires_[index];
            if (events[static_cast<std::size_t>(e)].events & EPOLLOUT) push(wire);
            if (!(events[static_cast<std::size_t>(e)].events & (EPOLLIN | EPOLLHUP))) continue;
            if (!pull(wire)) continue;
            const std::size_t size = wire.want - wire.head;
            const std::string_view body = bodies_ == Bodies::kept
                                              ? std::string_view(wire.in).substr(wire.head, size)
                                              : std::string_view();
            const int status = std::atoi(wire.in.c_str() + 9);
            if (status != 200)
                die(fmt::format("{}: {}", status, wire.in.substr(0, std::min(wire.have, 800UL))));
            done(index, {status, body, size});
            if (!send_next(index, next)) --busy;
        }
    }
}

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

void die(const std::string& why) {
    fmt::print(stderr, "freshet-bench-load: {}\n", why);
    std::exit(1);
}

}  // namespace bench
