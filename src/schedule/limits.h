// The bounds of the schedule service.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::schedule::limits {

inline constexpr std::size_t targets_max = 5;  ///< AWS: of a rule
inline constexpr Millis tick_age_max =
    24h;  ///< AWS: an event is tried so long; older ticks of a server that was down are let go
inline constexpr Millis retry_after = 5'000ms;  ///< when a target could not take its event

}  // namespace freshet::schedule::limits
