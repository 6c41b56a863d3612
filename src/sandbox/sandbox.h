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
#include "sandbox/ending.h"
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
    // real time: a process does not wait for a clock that does not move
    Millis time_max;
    Bytes payload;
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

/// Life: start(), then invoke() any number of times, one at a time, then stop() once before it is
/// destroyed. Home core only. `on_lines` is called on the home core with the lines that the process
/// prints, as they come, and before the outcome of the call that printed them.
class Sandbox {
  public:
    static Result<std::unique_ptr<Sandbox>> start(
        io::Cores& cores, io::Core& home, Launch launch,
        std::function<void(std::vector<std::string>)> on_lines);
    ~Sandbox();
    io::Task<Outcome> invoke(Event event);
    /// False when the process has ended: it takes no further call.
    bool is_alive() const;
    /// Kills, waits for its end, joins. Once, before destruction.
    io::Task<void> stop();

    struct State;

  private:
    Sandbox() = default;
    std::shared_ptr<State> state_;
};

}  // namespace freshet::sandbox
