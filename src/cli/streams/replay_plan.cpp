#include "cli/streams/replay_plan.h"

#include <fmt/format.h>

#include <cstdlib>

namespace freshet::cli {

Result<ReplayPlan> plan_of(const ReplayOptions& options, Timestamp now) {
    const auto refuse = [](std::string why) { return fail(Errc::invalid, std::move(why)); };
    auto range = parse_range(options.from, "--until", options.until, now);
    if (!range) return pass(range);
    ReplayPlan plan{*range, std::nullopt};
    if (options.speed != "max") {
        char* end = nullptr;
        const double speed = std::strtod(options.speed.c_str(), &end);
        if (*end != '\0' || !(speed > 0) || speed > 1e9)
            return refuse(fmt::format("--speed {} is not a number above 0, or max", options.speed));
        plan.speed = speed;
    }
    if (const std::string problem = options.target.problem(); !problem.empty())
        return refuse("--to" + (problem.starts_with("--") ? problem.substr(1) : ": " + problem));
    if (!options.resume.empty() && range->from.kind == Moment::Kind::latest)
        return refuse("--resume needs a --from that stays: a time or trim-horizon");
    const auto source = options.source.options(), target = options.target.options();
    const bool is_same = options.stream == options.to && source.endpoint == target.endpoint &&
                         source.region == target.region;
    if (is_same && !range->is_behind(now))
        return refuse(
            "a stream replayed into itself needs an --until that is past: it would read "
            "what it writes");
    return plan;
}

}  // namespace freshet::cli
