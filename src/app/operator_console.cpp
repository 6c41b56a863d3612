#include "app/operator_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>

#include "app/health/health.h"

namespace freshet::app {
namespace {

constexpr std::string_view health_path = "/_freshet/health";
constexpr std::string_view metrics_path = "/_freshet/metrics";
constexpr std::string_view clock_path = "/_freshet/clock";
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

std::string server_lines(const std::vector<aws::RequestCount>& counts) {
    std::string out =
        "# HELP freshet_requests_total Requests answered, by service, operation and error code "
        "(empty: success).\n"
        "# TYPE freshet_requests_total counter\n";
    for (const auto& count : counts) {
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

}  // namespace

std::string manual_clock_file(const Config& config) { return config.data_dir + "/manual-clock"; }

Timestamp manual_time(const std::string& clock_file, Timestamp start) {
    std::ifstream file(clock_file);
    std::int64_t ms = 0;
    return file >> ms ? std::max(from_epoch_ms(ms), start) : start;
}

bool OperatorConsole::answers(std::string_view method, std::string_view path) const {
    return path == health_path || path == metrics_path || (path == clock_path && method == "POST");
}

io::Task<io::HttpResponse> OperatorConsole::handle(io::HttpRequest request) {
    const std::string_view target = request.target;
    const std::string_view path = target.substr(0, target.find('?'));
    FRESHET_CHECK(answers(request.method, path));
    if (path == health_path) return health();
    if (path == metrics_path) return metrics();
    return move_clock(std::move(request));
}

io::Task<io::HttpResponse> OperatorConsole::health() {
    auto troubles =
        co_await foundation_.pool.run([this] { return disk_trouble(foundation_.config.data_dir); });
    const auto others = co_await io::run_on(foundation_.cores.main(), parts_.troubles());
    troubles.insert(troubles.end(), others.begin(), others.end());
    co_return health_answer(troubles);
}

io::Task<io::HttpResponse> OperatorConsole::metrics() {
    std::string lines = server_lines(front_.counts());
    const std::string figures = co_await io::run_on(foundation_.cores.main(), parts_.figures());
    lines += figures;
    co_return text(200, "text/plain; version=0.0.4", std::move(lines));
}

io::Task<io::HttpResponse> OperatorConsole::move_clock(io::HttpRequest request) {
    auto body = co_await io::read_all(*request.body, clock_body_bytes_max);
    const auto ms = body ? advance_of(body->view()) : std::nullopt;
    if (!foundation_.manual)
        co_return text(409, "application/json",
                       "{\"message\":\"The clock is the system's; start with --clock manual\"}\n");
    if (!ms)
        co_return text(400, "application/json",
                       "{\"message\":\"Send {\\\"advance_ms\\\": N}, N at most a year\"}\n");
    // Kept before it is shown: no restart continues at an earlier time than one that someone saw.
    const std::string file = manual_clock_file(foundation_.config);
    std::ofstream(file + ".new") << to_epoch_ms(foundation_.manual->now()) + *ms;
    std::rename((file + ".new").c_str(), file.c_str());
    foundation_.manual->advance(Millis(*ms));
    // Timers that fell due run before the answer, and what they posted to other cores.
    for (int round = 0; round < settle_rounds; ++round) {
        for (std::size_t i = 0; i < foundation_.cores.size(); ++i)
            co_await io::run_on(foundation_.cores.at(i), nothing());
    }
    co_return text(200, "application/json",
                   fmt::format("{{\"now_ms\":{}}}\n", to_epoch_ms(foundation_.manual->now())));
}

}  // namespace freshet::app
