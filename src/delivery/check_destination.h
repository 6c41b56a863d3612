// What a destination must be, in AWS's words. Pure.
#pragma once
#include "delivery/types.h"

namespace freshet::delivery {

/// Errc::invalid_argument.
Result<> check_destination(const Destination& destination);
/// What an update must leave as it is.
Result<> check_change(const Destination& before, const Destination& after);

}  // namespace freshet::delivery
