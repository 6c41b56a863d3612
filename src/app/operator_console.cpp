#include "app/operator_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>

namespace freshet::app {
namespace {

constexpr std::size_t clock_body_bytes_max = 1024;
constexpr std::int64_t advance_ms_max = 366LL * 24 * 3600 * 1000;
constexpr int settle_rounds = 20;

io::HttpResponse text(int status, const char* type, std::string body) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", type);
    response.headers.add("Cache-Control", "no-store");
    response.body.push_back(Bytes::own(std::move(body)));
    return response;
}

/// The number after "advance_ms" in {"advance_ms": 5000}.
std::optional<std::int64_t> advance_of(std::string_view body) {
    const auto name = body.find("\"advance_ms\"");
    if (name == std::string_view::npos) return std::nullopt;
    const auto digit = body.find_first_of("0123456789", name + 12);
    if (digit == std::string_view::npos ||
        body.substr(name + 12, digit - name - 12).find_first_not_of(" :\t\r\n") !=
            std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(body.data() + digit, body.data() + body.size(), ms);
    if (error != std::errc() || ms > advance_ms_max) return std::nullopt;
    return ms;
}

io::Task<void> nothing() { co_return; }

std::uint64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t pages = 0, resident = 0;
    file >> pages >> resident;
    return resident * 4096;
}

}  // namespace

Timestamp manual_time(const std::string& clock_file, Timestamp start) {
    std::ifstream file(clock_file);
    std::int64_t ms = 0;
    return file >> ms ? std::max(from_epoch_ms(ms), start) : start;
}

io::Task<io::HttpResponse> OperatorConsole::handle(io::HttpRequest request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/_freshet/health") {
        auto response = co_await health_.answer();
        co_return response;
    }
    if (path == "/_freshet/metrics") {
        std::string lines = metrics();
        for (const auto& figures : figures_) {
            std::string more = co_await figures();
            lines += more;
        }
        co_return text(200, "text/plain; version=0.0.4", std::move(lines));
    }
    if (path == "/_freshet/clock" && request.method == "POST") {
        auto response = co_await move_clock(std::move(request));
        co_return response;
    }
    if (pipelines_ && path.starts_with("/_freshet/api/pipeline/")) {
        auto response = co_await pipelines_->handle(std::move(request));
        co_return response;
    }
    if (links_ && path.starts_with(links_path_)) {
        auto response = co_await links_->handle(std::move(request));
        co_return response;
    }
    if (interface_) {
        auto response = co_await interface_->handle(std::move(request));
        co_return response;
    }
    co_return text(404, "application/json", "{\"message\":\"There is nothing at this path\"}\n");
}

io::Task<io::HttpResponse> OperatorConsole::move_clock(io::HttpRequest request) {
    auto body = co_await io::read_all(*request.body, clock_body_bytes_max);
    const auto ms = body ? advance_of(body->view()) : std::nullopt;
    if (!manual_)
        co_return text(409, "application/json",
                       "{\"message\":\"The clock is the system's; start with --clock manual\"}\n");
    if (!ms)
        co_return text(400, "application/json",
                       "{\"message\":\"Send {\\\"advance_ms\\\": N}, N at most a year\"}\n");
    // Kept before it is shown: no restart goes back behind a time that someone saw.
    std::ofstream(clock_file_ + ".new") << to_epoch_ms(manual_->now()) + *ms;
    std::rename((clock_file_ + ".new").c_str(), clock_file_.c_str());
    manual_->advance(Millis(*ms));
    // Timers that fell due run before the answer, and what they posted to other cores.
    for (int round = 0; round < settle_rounds; ++round) {
        for (std::size_t i = 0; i < cores_.size(); ++i)
            co_await io::run_on(cores_.at(i), nothing());
    }
    co_return text(200, "application/json",
                   fmt::format("{{\"now_ms\":{}}}\n", to_epoch_ms(manual_->now())));
}

std::string OperatorConsole::metrics() const {
    std::string out =
        "# HELP freshet_requests_total Requests answered, by service, operation and error code "
        "(empty: success).\n"
        "# TYPE freshet_requests_total counter\n";
    for (const auto& count : front_ ? front_->counts() : std::vector<aws::RequestCount>{}) {
        fmt::format_to(std::back_inserter(out),
                       "freshet_requests_total{{service=\"{}\",operation=\"{}\",code=\"{}\"}} {}\n",
                       count.service, count.operation, count.code, count.requests);
    }
    fmt::format_to(std::back_inserter(out),
                   "# HELP process_resident_memory_bytes Memory that the server process holds.\n"
                   "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {}\n",
                   resident_bytes());
    return out;
}

}  // namespace freshet::app
