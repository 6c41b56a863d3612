// Small writes that come at the same time share a sync: the thread that syncs waits for as many as
// came together lately, and now and then for a few more.
#pragma once
#include <chrono>
#include <cstddef>

namespace freshet::io {

/// That thread's, under the lock of what waits.
struct Gathering {
    static constexpr std::size_t appends_min = 4;  ///< fewer do not wait for one another
    static constexpr std::size_t bytes_enough = 32 * 1024;
    static constexpr std::chrono::microseconds wait_max{400};
    static constexpr int groups_between_tries = 64;  ///< after waiting for more than came

    std::size_t wanted = 1;  ///< so many are worth waiting for
    int rest = 0;            ///< groups before the next try

    void learn(std::size_t came) {
        if (came < wanted) {
            wanted = came;
            rest = groups_between_tries;
        } else if (rest > 0) {
            --rest;
        } else {
            wanted = came + 1 + came / 4;
        }
    }
};

}  // namespace freshet::io
