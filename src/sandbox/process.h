// A child process and the thread that watches it: its output lines, its memory, its deadline, its
// end.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "sandbox/limits.h"

namespace freshet::sandbox {

/// 0: none.
struct Bounds {
    std::size_t memory_bytes_max = 0;  ///< resident; over it, the process is killed
    std::size_t file_bytes_max = 0;    ///< of each file; a write past it fails with EFBIG
};

class Process {
  public:
    struct Watch {
        /// Watching thread. Lines without their newlines; taken() reports that they were taken.
        std::function<void(std::vector<std::string>, std::size_t bytes)> on_lines;
        /// Watching thread. Everything that the process had written when drain() was called was
        /// passed on.
        std::function<void()> on_drained;
        /// Watching thread, last. waitpid's status.
        std::function<void(int status)> on_end;
    };
    Process(std::vector<std::string> command, std::map<std::string, std::string> environment,
            std::string directory, Bounds bounds, Watch watch);
    ~Process();
    /// Joins; the process must have ended, or its end must have been requested.
    void join();

    void kill();
    /// Reads what is available and passes it on; an unfinished line ends here.
    void drain();
    /// `bytes` of lines have been taken by whoever on_lines gave them to.
    void taken(std::size_t bytes);
    /// A call begins: call_output_bytes_max is its own.
    void begin_call();
    /// What was printed beyond that, since begin_call().
    std::size_t output_bytes_dropped() const { return dropped_.load(); }
    /// Real time from now; 0 takes the deadline away.
    void set_deadline(std::int64_t in_ms);
    bool timed_out() const { return timed_out_.load(); }
    bool over_memory() const { return over_memory_.load(); }
    std::size_t memory_bytes_peak() const { return memory_peak_.load(); }

  private:
    void run();
    int spawn(int output) const;
    void look_after(int process);
    bool read_output(int output, std::size_t bytes_max);
    void take_output(std::string_view piece);
    void tell_lines();
    void end_line();
    void wake();
    std::vector<std::string> command_;
    std::vector<std::string> environment_;
    std::string directory_;
    Bounds bounds_;
    Watch watch_;
    int wake_ = -1;
    std::atomic<bool> kill_{false}, drain_{false}, timed_out_{false}, over_memory_{false};
    std::atomic<std::int64_t> deadline_{0};
    std::atomic<std::size_t> memory_peak_{0}, dropped_{0}, left_{call_output_bytes_max},
        waiting_{0};
    std::string rest_;                ///< watching thread: a line that has no end yet
    std::vector<std::string> lines_;  ///< watching thread: not passed on yet
    std::size_t lines_bytes_ = 0;
    std::thread thread_;
};

}  // namespace freshet::sandbox
