#include "sandbox/ending.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace freshet::sandbox {

Ending ending_without_answer(bool has_timed_out, bool is_over_memory) {
    if (has_timed_out) return Ending::timed_out;
    return is_over_memory ? Ending::out_of_memory : Ending::exited;
}

std::string status_text(int status) {
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGKILL
                   ? "signal: killed"
                   : fmt::format("signal: {}", ::strsignal(WTERMSIG(status)));
    }
    return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace freshet::sandbox
