// The options of `freshet replay`, and what they mean together. Pure.
#pragma once
#include <optional>
#include <string>

#include "cli/global_options.h"
#include "cli/streams/moment.h"

namespace freshet::cli {

struct ReplayOptions {
    Place source, target;
    std::string stream, to, from = "trim-horizon", until, speed = "1", resume;
    int connections = 8;
    bool follows = false, wants_json = false;
};

/// What the options say, once they are understood.
struct ReplayPlan {
    TimeRange range;
    std::optional<double> speed;  ///< nothing: as fast as it goes
};

/// Errc::invalid says what is wrong with which option.
Result<ReplayPlan> plan_of(const ReplayOptions& options, Timestamp now);

}  // namespace freshet::cli
