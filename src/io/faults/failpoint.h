// Failpoints: labelled places at which a test makes this process die, lose what it had not synced,
// fail a call of the disk, or do wrong on purpose (the mutation controls of tests/crash). Nothing
// is armed unless the program was started with the hidden `--failpoints SPEC`, and then it says so
// loudly; unarmed, a place costs one relaxed load. Of the whole process, as a kill is: hence free
// functions. Any thread.
//
//   SPEC     item,item,...
//   item     LABEL=ACTION[@N][+]     at the N-th time (the first, when not given), and, with +,
//                                    from then on
//            disk.CALL(PART)=ACTION  only for paths that contain PART
//            log.NAME=NUMBER         a limit of the log, made small so that a test reaches it
//   ACTION   kill                    as kill -9
//            cut                     as a power cut: what was not synced is gone (fault_disk.h)
//            eio, enospc, short      of disk calls: refused; short writes half first
//            stall                   waits 20 ms, so that others come first
//            on                      of mutants: do the wrong thing
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::io::failpoints {

enum class Action { none, kill, cut, stall, eio, enospc, cut_short, on };

/// Errc::invalid names what is wrong with the SPEC; nothing is armed then.
Result<> arm(std::string_view spec);
void disarm();
bool is_armed();
/// Whether anything in the SPEC cuts the power.
bool has_cut();
/// Everything that may come before the `=`.
std::vector<std::string_view> labels();
/// How often something was done at an armed place.
std::uint64_t fired();

/// Called by a power cut before the process ends.
void on_cut(std::function<void()> lose);

namespace internal {
extern std::atomic<bool> armed;
Action reached(std::string_view label, std::string_view path);
}  // namespace internal

/// A place at which the process may die.
inline void reach(std::string_view label) {
    if (internal::armed.load(std::memory_order_relaxed)) [[unlikely]]
        internal::reached(label, {});
}
/// A place at which a mutant does wrong: true when it shall, this time.
inline bool is_on(std::string_view label) {
    return internal::armed.load(std::memory_order_relaxed) &&
           internal::reached(label, {}) == Action::on;
}
/// A call of the disk; kill and cut do not return.
inline Action at_call(std::string_view label, std::string_view path) {
    return internal::armed.load(std::memory_order_relaxed) ? internal::reached(label, path)
                                                           : Action::none;
}
/// The number that the SPEC gives `label`.
std::uint64_t number(std::string_view label, std::uint64_t otherwise);

}  // namespace freshet::io::failpoints
