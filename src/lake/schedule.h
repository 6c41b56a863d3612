// When a crawler with a schedule is due.
#pragma once
#include <optional>

#include "lake/types.h"

namespace freshet::lake {

/// The first tick after `after`; nothing when there is none.
std::optional<Timestamp> next_tick(const Schedule& schedule, Timestamp after);

}  // namespace freshet::lake
