#include "functions/worker_choice.h"

#include <algorithm>
#include <functional>

#include "base/check.h"
#include "functions/limits.h"

namespace freshet::functions {

Choice choose_worker(std::span<const Idle> idle, Load load) {
    FRESHET_CHECK(idle.size() <= load.processes);  // an idle worker has a process
    Choice choice;
    for (std::size_t i = idle.size(); i-- > 0;) {
        if (idle[i] == Idle::outdated) choice.ends.push_back(i);
        if (idle[i] != Idle::fits) continue;
        choice.next = Next::reuse;
        choice.worker = i;
        return choice;
    }
    if (load.processes < processes_max) {
        choice.next = Next::start;
        return choice;
    }
    for (std::size_t i = 0; i < idle.size(); ++i) {
        if (idle[i] == Idle::outdated) continue;  // it ends already
        choice.ends.push_back(i);
        std::ranges::sort(choice.ends, std::greater<>());
        break;
    }
    choice.next = load.waiting >= waiting_calls_max ? Next::refuse : Next::wait;
    return choice;
}

}  // namespace freshet::functions
