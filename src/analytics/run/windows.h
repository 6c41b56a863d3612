// The rows that came out last, as texts for people: a bounded number of windows, rows and bytes.
#pragma once
#include <vector>

#include "analytics/types.h"
#include "flow/engine.h"

namespace freshet::analytics {

/// The last windows of `emitted`, oldest first. Any thread.
std::vector<Window> windows_of(const std::vector<flow::Emitted>& emitted);
/// Puts `more` after `windows`, and drops the oldest.
void add_windows(std::vector<Window> more, std::vector<Window>& windows);

}  // namespace freshet::analytics
