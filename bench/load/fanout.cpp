#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "base/crypto/digest.h"
#include "bodies.h"
#include "cases.h"

namespace bench {
namespace {

constexpr std::size_t records_a_request = 500, record_bytes = 1024;
/// The first record of each request begins with "id=000000123", at whatever place in the base64
/// text: its first letters.
constexpr std::string_view mark = "\"Data\":\"aWQ9";
constexpr std::size_t id_digits = 9;

int connect_to(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        die("cannot connect");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) die("the server closed a connection");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// When each request was answered and when its event came, by its number; 0: not yet.
struct Times {
    explicit Times(std::size_t count) : answered(count), seen(count) {}
    std::vector<std::atomic<double>> answered, seen;
};

std::string text_of_id(std::size_t id) { return fmt::format("id={:0{}}", id, id_digits); }

/// One connection that puts its share of the rate, one request at a time.
struct Putter {
    std::size_t requests = 0;
    std::vector<double> latencies;

    void run(const Options& options, std::size_t first_id, std::size_t stride, Times& times) {
        const int fd = connect_to(static_cast<std::uint16_t>(options.number("port")));
        const std::string body = put_marked_json(options.text("stream"), records_a_request,
                                                 record_bytes, text_of_id(0), first_id);
        std::string request = request_of("PutRecords", json_type, body);
        const std::size_t place = request.find(mark) + mark.size() - 4;
        const double interval = static_cast<double>(records_a_request * record_bytes) *
                                static_cast<double>(stride) /
                                (static_cast<double>(options.number("mb-s")) * 1e6);
        const double started = seconds_now(),
                     until = started + static_cast<double>(options.number("seconds"));
        std::string answer(256 * 1024, '\0');
        for (std::size_t id = first_id; seconds_now() < until && id < times.answered.size();
             id += stride) {
            const double due = started + interval * static_cast<double>(requests);
            if (const double wait = due - seconds_now(); wait > 0)
                std::this_thread::sleep_for(std::chrono::duration<double>(wait));
            request.replace(place, 16, freshet::base64_encode(text_of_id(id)));
            const double began = seconds_now();
            send_all(fd, request);
            read_answer(fd, answer);
            times.answered[id] = seconds_now();
            latencies.push_back(times.answered[id] - began);
            ++requests;
        }
        close(fd);
    }

    static void read_answer(int fd, std::string& answer) {
        std::size_t have = 0, want = 0;
        while (want == 0 || have < want) {
            if (answer.size() < have + 1) answer.resize(answer.size() * 2);
            const ssize_t got = recv(fd, answer.data() + have, answer.size() - have, 0);
            if (got <= 0) die("the server closed a connection");
            have += static_cast<std::size_t>(got);
            const auto head = std::string_view(answer).substr(0, have).find("\r\n\r\n");
            if (want == 0 && head != std::string_view::npos)
                want = head + 4 +
                       static_cast<std::size_t>(
                           std::atoll(answer.c_str() + answer.find("Content-Length: ") + 16));
        }
        if (!answer.starts_with("HTTP/1.1 200") ||
            std::string_view(answer).substr(0, have).find("\"FailedRecordCount\":0") ==
                std::string_view::npos)
            die(answer.substr(0, 500));
    }
};

/// All consumers' connections, read by one thread.
class Readers {
  public:
    Readers(const Options& options, Times& times) : times_(times) {
        const std::string arns = options.text("consumers");
        const bool is_cbor = options.text("format") == "cbor";
        for (std::size_t at = 0; at < arns.size();) {
            const std::size_t end = std::min(arns.find(',', at), arns.size());
            const std::string arn = arns.substr(at, end - at), shard = options.text("shard");
            fds_.push_back(
                {connect_to(static_cast<std::uint16_t>(options.number("port"))), POLLIN, 0});
            send_all(fds_.back().fd,
                     request_of("SubscribeToShard", is_cbor ? cbor_type : json_type,
                                is_cbor ? subscribe_cbor(arn, shard) : subscribe_json(arn, shard)));
            at = end + 1;
        }
        carry_.resize(fds_.size());
    }
    ~Readers() {
        for (const pollfd& one : fds_) close(one.fd);
    }
    void run(const std::atomic<bool>& stop) {
        std::string buffer(1024 * 1024, '\0');
        while (!stop && !fds_.empty()) {
            if (poll(fds_.data(), fds_.size(), 50) <= 0) continue;
            for (std::size_t i = 0; i < fds_.size(); ++i) {
                if (!(fds_[i].revents & POLLIN)) continue;
                const ssize_t got = recv(fds_[i].fd, buffer.data(), buffer.size(), 0);
                if (got <= 0) die("the server ended a subscription");
                bytes += static_cast<std::uint64_t>(got);
                if (fds_.size() == 1)
                    look(carry_[i],
                         std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
            }
        }
    }
    std::uint64_t bytes = 0;

  private:
    void look(std::string& carry, std::string_view text) {
        const double now = seconds_now();
        carry += text;
        std::size_t at = 0;
        for (std::size_t found; (found = carry.find(mark, at)) != std::string::npos &&
                                found + mark.size() + 12 <= carry.size();
             at = found + mark.size()) {
            std::string id;
            if (!freshet::base64_decode(std::string_view(carry).substr(found + mark.size(), 12),
                                        id))
                continue;
            const auto number = static_cast<std::size_t>(std::atoll(id.c_str()));
            if (number < times_.seen.size() && times_.seen[number] == 0) times_.seen[number] = now;
        }
        carry.erase(0, std::max(at, carry.size() > 64 ? carry.size() - 64 : 0));
    }

    Times& times_;
    std::vector<pollfd> fds_;
    std::vector<std::string> carry_;
};

double percentile(std::vector<double>& values, double part) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

}  // namespace

void fan_out(const Options& options) {
    Times times(1'000'000);
    Readers readers(options, times);
    std::atomic<bool> stop = false;
    std::thread reader([&] { readers.run(stop); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const std::size_t count = options.number("connections");
    std::vector<Putter> putters(count);
    std::vector<std::thread> threads;
    const double started = seconds_now();
    for (std::size_t i = 0; i < count; ++i)
        threads.emplace_back([&, i] { putters[i].run(options, i, count, times); });
    for (std::thread& thread : threads) thread.join();
    const double seconds = seconds_now() - started;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    stop = true;
    reader.join();
    std::size_t requests = 0;
    std::vector<double> latencies, delays;
    for (Putter& putter : putters) {
        requests += putter.requests;
        latencies.insert(latencies.end(), putter.latencies.begin(), putter.latencies.end());
    }
    for (std::size_t id = 0; id < times.answered.size(); ++id) {
        if (times.answered[id] != 0 && times.seen[id] != 0)
            delays.push_back(std::max(0.0, times.seen[id] - times.answered[id]));
    }
    fmt::print(
        "{{\"mb_s\":{:.1f},\"put_p50_ms\":{:.3f},\"put_p99_ms\":{:.3f},\"read_mb_s\":{:.1f},"
        "\"events\":{},\"event_p50_ms\":{:.3f},\"event_p99_ms\":{:.3f}}}\n",
        static_cast<double>(requests * records_a_request * record_bytes) / seconds / 1e6,
        percentile(latencies, 0.5) * 1000, percentile(latencies, 0.99) * 1000,
        static_cast<double>(readers.bytes) / seconds / 1e6, delays.size(),
        percentile(delays, 0.5) * 1000, percentile(delays, 0.99) * 1000);
}

}  // namespace bench
