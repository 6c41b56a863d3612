// Which worker a call gets: an idle one, a new one, or its turn later. Pure; workers.cpp acts.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace freshet::functions {

/// An idle worker, as a call sees it.
enum class Idle {
    of_another,  ///< of another function
    outdated,    ///< of this function with other settings or code, or its process has ended
    fits
};

struct Load {
    std::size_t processes = 0;  ///< that run or are being started, idle ones included
    std::size_t waiting = 0;    ///< calls that wait for a worker
};

enum class Next { reuse, start, wait, refuse };

/// Places are those of `idle`.
struct Choice {
    Next next = Next::wait;
    std::optional<std::size_t> worker;  ///< of `reuse`
    std::vector<std::size_t> ends;      ///< workers to end, in descending order of place
};

/// `idle`: the longest idle first. The last used worker that fits is taken. Outdated ones that are
/// met on the way end. When all processes_max processes exist, the longest idle one ends, so that
/// its place is free soon; waiting_calls_max calls may wait for a place.
Choice choose_worker(std::span<const Idle> idle, Load load);

}  // namespace freshet::functions
