// How a call ends, and why when its handler gave no answer. Pure.
#pragma once
#include <string>

namespace freshet::sandbox {

enum class Ending {
    answered,       ///< payload is the handler's answer
    handler_error,  ///< payload is {"errorMessage", "errorType", ...}
    timed_out,      ///< killed
    out_of_memory,  ///< killed
    exited,         ///< before it answered; see status
    too_large,      ///< its answer was over answer_bytes_max
    cut_off         ///< its answer ended before its length, and it asked for the next event
};

/// Of a call whose process ended before it answered. A process that was killed for its time may
/// have been over its memory, too: its time is the reason.
Ending ending_without_answer(bool has_timed_out, bool is_over_memory);

/// waitpid's status, as Lambda words it: "exit status 3", "signal: killed"; "" for status 0.
std::string status_text(int status);

}  // namespace freshet::sandbox
