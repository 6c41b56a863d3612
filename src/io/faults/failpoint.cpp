#include "io/faults/failpoint.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <optional>

namespace freshet::io::failpoints {
namespace {

constexpr auto points_known = std::to_array<std::string_view>({
    // The life of an append, in order.
    "log.before_write",
    "log.after_write",
    "log.after_sync",
    "log.before_ack",
    // A journal segment is complete; the flusher copies it into segments.
    "log.before_roll",
    "log.after_roll",
    "log.before_unlink",
    "segments.rotate",
    "segments.after_write",
    "segments.after_sync",
    "segments.before_producers",
    "retention.unlink",
    // The three steps of a reshard.
    "reshard.before_cut",
    "reshard.after_cut",
    "reshard.after_settle",
    // Small objects that move to another pack.
    "objects.compact_before_commit",
    "objects.compact_after_commit",
    "objects.adopted",  // a file of another process, which nothing names yet
    // A run that merges or converts the objects of a table.
    "maintenance.after_stage",
    "maintenance.before_commit",
    "maintenance.after_commit",
    "maintenance.paced",  // on: each run rests after each commit
    "worker.ends",        // on: a process that converts; (PART): at text that has PART
    // A cut of a delivery stream that becomes columnar files, and its objects.
    "delivery.after_convert",
    "delivery.before_commit",
    "delivery.after_commit",
    // The work of a job's run, and a trigger's tick.
    "jobs.before_work",
    "jobs.after_work",
    "jobs.after_end",
    "jobs.before_tick",
    "jobs.after_tick",
    // Objects that a crawler follows, and the end of a crawl.
    "lake.after_take",
    "lake.after_settle",
    "lake.before_end",
    "recovery.after_segments",
    "recovery.before_truncate",
    "recovery.after_journal",
    "recovery.reshard",
    "disk.open",
    "disk.read",
    "disk.write",
    "disk.sync",
    "disk.truncate",
    "disk.allocate",
    "disk.size",
    "disk.rename",
    "disk.remove",
    "disk.sync_directory",
    "disk.list",
    "disk.exists",
    "disk.change",             // any of those that change something
    "mutant.ack_before_sync",  // mutation controls
    "mutant.read_before_sync",
    "mutant.skip_checksum",
    "mutant.skip_directory_sync",
    "mutant.retry_sync",
});
/// Not points but sizes and counts, set by number.
constexpr auto numbers =
    std::to_array<std::string_view>({"log.journal_segment_bytes", "log.segment_bytes",
                                     "log.cache_bytes_max", "disk.seed", "worker.losses_max"});
constexpr auto words =
    std::to_array<std::pair<std::string_view, Action>>({{"kill", Action::kill},
                                                        {"cut", Action::cut},
                                                        {"stall", Action::stall},
                                                        {"eio", Action::eio},
                                                        {"enospc", Action::enospc},
                                                        {"short", Action::cut_short},
                                                        {"on", Action::on}});

struct Point {
    std::string label, part;
    Action action = Action::none;
    std::uint64_t from = 1;
    bool continues = false;
    std::uint64_t seen = 0;
};

struct State {
    std::mutex mutex;
    std::vector<Point> points;
    std::vector<std::pair<std::string, std::uint64_t>> numbers;
    std::function<void()> lose;
    std::uint64_t fired = 0;
};

State& state() {
    static State one;
    return one;
}

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "LABEL(PART)", "ACTION@N+"
Result<Point> parse_point(std::string_view label, std::string_view value) {
    Point point;
    if (const auto open = label.find('('); open != label.npos && label.ends_with(')')) {
        point.part = label.substr(open + 1, label.size() - open - 2);
        label = label.substr(0, open);
    }
    point.label = label;
    if (value.ends_with('+')) {
        point.continues = true;
        value.remove_suffix(1);
    }
    if (const auto at = value.find('@'); at != value.npos) {
        const auto from = to_number(value.substr(at + 1));
        if (!from || *from == 0)
            return fail(Errc::invalid, fmt::format("'{}' is no count", value.substr(at + 1)));
        point.from = *from;
        value = value.substr(0, at);
    }
    const auto word = std::ranges::find(words, value, [](const auto& one) { return one.first; });
    if (word == words.end()) return fail(Errc::invalid, fmt::format("'{}' is no action", value));
    point.action = word->second;
    const bool is_of_disk = label.starts_with("disk."),
               is_on_alone = label.starts_with("mutant.") || label.starts_with("worker.") ||
                             label == "maintenance.paced";
    const bool is_anywhere = point.action == Action::kill || point.action == Action::cut ||
                             point.action == Action::stall;
    if (is_on_alone != (point.action == Action::on) ||
        (!is_on_alone && !is_of_disk && !is_anywhere))
        return fail(Errc::invalid, fmt::format("'{}' cannot {}", label, value));
    return point;
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    while (true) ::pause();
}

}  // namespace

std::atomic<bool> internal::armed{false};

Result<> arm(std::string_view spec) {
    std::vector<Point> points;
    std::vector<std::pair<std::string, std::uint64_t>> given;
    while (!spec.empty()) {
        const std::string_view item = spec.substr(0, spec.find(','));
        spec.remove_prefix(std::min(spec.size(), item.size() + 1));
        const auto equals = item.find('=');
        const std::string_view label = item.substr(0, equals);
        const std::string_view bare = label.substr(0, label.find('('));
        const bool is_number = std::ranges::find(numbers, bare) != std::end(numbers);
        const bool is_point = std::ranges::find(points_known, bare) != std::end(points_known);
        if (equals == item.npos || (!is_number && !is_point))
            return fail(Errc::invalid, fmt::format("there is no failpoint '{}'", label));
        if (is_number) {
            const auto value = to_number(item.substr(equals + 1));
            if (!value) return fail(Errc::invalid, fmt::format("'{}' takes a number", label));
            given.emplace_back(label, *value);
            continue;
        }
        auto point = parse_point(label, item.substr(equals + 1));
        if (!point) return std::unexpected(std::move(point.error()).within("failpoints"));
        points.push_back(std::move(*point));
    }
    const std::scoped_lock lock(state().mutex);
    state().points = std::move(points);
    state().numbers = std::move(given);
    state().fired = 0;
    internal::armed = true;
    return {};
}

void disarm() {
    const std::scoped_lock lock(state().mutex);
    internal::armed = false;
    state().points.clear();
    state().numbers.clear();
    state().lose = nullptr;
}

bool is_armed() { return internal::armed; }

bool has_cut() {
    const std::scoped_lock lock(state().mutex);
    return std::ranges::any_of(state().points,
                               [](const Point& point) { return point.action == Action::cut; });
}

std::vector<std::string_view> labels() {
    std::vector<std::string_view> all(points_known.begin(), points_known.end());
    all.insert(all.end(), numbers.begin(), numbers.end());
    return all;
}

std::uint64_t fired() {
    const std::scoped_lock lock(state().mutex);
    return state().fired;
}

void on_cut(std::function<void()> lose) {
    const std::scoped_lock lock(state().mutex);
    state().lose = std::move(lose);
}

Action internal::reached(std::string_view label, std::string_view path) {
    std::function<void()> lose;
    Action action = Action::none;
    bool stalls = false;
    {
        const std::scoped_lock lock(state().mutex);
        for (Point& point : state().points) {
            if (point.label != label || path.find(point.part) == path.npos) continue;
            ++point.seen;
            const bool is_due =
                point.seen == point.from || (point.continues && point.seen > point.from);
            if (!is_due) continue;
            stalls |= point.action == Action::stall;
            if (point.action != Action::stall) action = point.action;
        }
        if (action != Action::none || stalls) ++state().fired;
        if (action == Action::cut) lose = state().lose;
    }
    if (stalls) ::poll(nullptr, 0, 20);
    if (action == Action::cut && lose) lose();
    if (action == Action::cut || action == Action::kill) die();
    return action;
}

std::uint64_t number(std::string_view label, std::uint64_t otherwise) {
    if (!internal::armed) return otherwise;
    const std::scoped_lock lock(state().mutex);
    const auto& given = state().numbers;
    const auto found = std::ranges::find(given, label, [](const auto& one) { return one.first; });
    return found == given.end() ? otherwise : found->second;
}

}  // namespace freshet::io::failpoints
