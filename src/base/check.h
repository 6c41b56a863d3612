// Assertions that stay on in release. They guard invariants, one fact each, and never judge input:
// a failed check is a defect in Freshet, and the process stops before it can acknowledge anything
// wrong.
#pragma once

namespace freshet {
[[noreturn]] void check_failed(const char* fact, const char* file, int line);
}  // namespace freshet

#define FRESHET_CHECK(fact) \
    (static_cast<bool>(fact) ? void(0) : ::freshet::check_failed(#fact, __FILE__, __LINE__))
