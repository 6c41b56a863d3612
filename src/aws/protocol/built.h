// Requests of which only a part is built: finds what a request uses beyond it, so that the rest is
// refused and never ignored.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aws/protocol/shape.h"

namespace freshet::aws {

/// The first member that holds something in `value`, a structure of `shape`, and that none of
/// `built` names: "Definition.Sheets.Visuals.TableVisual". Nothing when all are built. Lists and
/// maps add no step to a path; empty structures, lists and maps hold nothing. In `built`, "*"
/// stands for any one member and "**" at the end for everything below.
std::optional<std::string> first_unbuilt(const Shape& shape, const void* value,
                                         std::span<const std::string_view> built);

}  // namespace freshet::aws
