#include "cli/streams/replay_position.h"

#include <fmt/format.h>

#include <sstream>

#include "base/check.h"
#include "io/disk.h"
#include "io/files/optional_file.h"

namespace freshet::cli {
namespace {

constexpr std::string_view first_line = "freshet replay 1";
constexpr std::uint64_t file_bytes_max = 64 << 20;

Failure not_one(std::string_view line) {
    return fail(Errc::invalid,
                fmt::format("not the position of a replay: '{}'", line.substr(0, 80)));
}

}  // namespace

std::string ReplayPosition::text() const {
    // What parse() demands.
    FRESHET_CHECK(!source.empty());
    FRESHET_CHECK(!target.empty());
    std::string out = fmt::format(
        "{}\nsource {}\ntarget {}\nfrom {}\n", first_line, source, target,
        from.kind == Moment::Kind::time ? to_iso8601(from.time) : std::string("trim-horizon"));
    for (const auto& [name, shard] : shards) {
        if (shard.is_ended)
            out += fmt::format("shard {} ended\n", name);
        else if (!shard.after.empty())
            out += fmt::format("shard {} after {}\n", name, shard.after);
    }
    return out;
}

Result<ReplayPosition> ReplayPosition::parse(std::string_view text) {
    ReplayPosition position;
    std::istringstream lines{std::string(text)};
    std::string line;
    std::getline(lines, line);
    if (line != first_line) return not_one(line);
    bool has_from = false;
    while (std::getline(lines, line)) {
        std::istringstream words{line};
        std::string what, name, state, number;
        words >> what >> name >> state >> number;
        if (what == "source" && !name.empty()) {
            position.source = name;
        } else if (what == "target" && !name.empty()) {
            position.target = name;
        } else if (what == "from") {
            const auto time = parse_iso8601(name);  // as text() writes it, not as people may
            if (time && to_iso8601(*time) == name)
                position.from = {Moment::Kind::time, *time};
            else if (name == "trim-horizon")
                position.from = {Moment::Kind::trim_horizon, {}};
            else
                return not_one(line);
            has_from = true;
        } else if (what == "shard" && (state == "ended" || (state == "after" && !number.empty()))) {
            position.shards[name] = {number, state == "ended"};
        } else {
            return not_one(line);
        }
    }
    if (position.source.empty() || position.target.empty() || !has_from) return not_one(text);
    return position;
}

Result<std::optional<ReplayPosition>> ReplayPosition::read(const std::string& path) {
    auto disk = io::make_posix_disk();
    auto text = io::read_optional_file(*disk, path, file_bytes_max);
    if (!text) return pass(text);
    if (!*text) return std::nullopt;
    auto position = parse(**text);
    if (!position) return std::unexpected(std::move(position.error()).within(path));
    return std::optional(std::move(*position));
}

Result<> ReplayPosition::write(const std::string& path) const {
    auto disk = io::make_posix_disk();
    return io::write_file(*disk, path, text());
}

}  // namespace freshet::cli
