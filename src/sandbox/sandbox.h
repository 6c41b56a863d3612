// One function process: a real child that asks for events over the Lambda Runtime API (2018-06-01),
// served on a loopback port of its own. Warm between calls, one call at a time; its process group
// is killed when it overruns its time or memory, when stop() is called, and by the kernel when
// Freshet dies.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"
#include "sandbox/limits.h"
#include "sandbox/process.h"

namespace freshet::sandbox {

struct Launch {
    std::vector<std::string> command;                ///< an absolute path, its arguments
    std::map<std::string, std::string> environment;  ///< AWS_LAMBDA_RUNTIME_API is added
    std::string directory;
    Bounds bounds;
};

struct Event {
    std::string request_id;
    std::string function_arn;
    std::string client_context;
    // real time: a process cannot wait for a clock that is stopped
    Millis time_max;
    Bytes payload;
};

enum class Ending {
    answered,       ///< payload is the handler's answer
    handler_error,  ///< payload is {"errorMessage", "errorType", ...}
    timed_out,      ///< killed
    out_of_memory,  ///< killed
    exited,         ///< before it answered; see status
    too_large,      ///< its answer was over answer_bytes_max
    cut_off         ///< its answer ended before its length, and it asked for the next event
};

struct Outcome {
    Ending ending = Ending::exited;
    Bytes payload;
    std::string status;  ///< of `exited`: "exit status 3", "signal: killed"; "" for status 0
    std::chrono::microseconds duration{};
    std::chrono::microseconds init{};  ///< non-zero on the first call
    std::size_t memory_bytes_peak = 0;
    std::size_t output_bytes_dropped = 0;  ///< printed beyond call_output_bytes_max
};

/// Home core only. `on_lines` is called on the home core with the lines that the process prints, as
/// they come, and before the outcome of the call that printed them.
class Sandbox {
  public:
    static Result<std::unique_ptr<Sandbox>> start(
        io::Cores& cores, io::Core& home, Launch launch,
        std::function<void(std::vector<std::string>)> on_lines);
    ~Sandbox();
    io::Task<Outcome> invoke(Event event);
    /// False when the process has ended: it takes no further call.
    bool alive() const;
    /// Kills, waits for its end, joins. Once, before destruction.
    io::Task<void> stop();

    struct State;

  private:
    Sandbox() = default;
    std::shared_ptr<State> state_;
};

}  // namespace freshet::sandbox
