// A child process and the thread that watches it: its output lines, its memory, its deadline, its
// end.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "sandbox/output.h"

namespace freshet::sandbox {

/// 0: none.
struct Bounds {
    std::size_t memory_bytes_max = 0;  ///< resident; over it, the process is killed
    std::size_t file_bytes_max = 0;    ///< of each file; a write past it fails with EFBIG
    std::size_t output_bytes_max = call_output_bytes_max;  ///< of a call, on each stream
};

/// Starts with the object; ends by itself, by kill() or with the object, whose thread is joined
/// then. Members are for any thread unless they say otherwise.
class Process {
  public:
    struct Watch {
        /// Watching thread. Lines without their newlines; lines_taken() says that they were taken.
        std::function<void(std::vector<std::string>, std::size_t bytes)> on_lines;
        /// The same for what the process writes to standard error; without it, on_lines has both.
        std::function<void(std::vector<std::string>, std::size_t bytes)> on_error_lines = {};
        /// Watching thread. on_lines has had what the process had written when drain() was called.
        std::function<void()> on_drained;
        /// Watching thread, last. waitpid's status.
        std::function<void(int status)> on_end;
    };
    Process(std::vector<std::string> command, std::map<std::string, std::string> environment,
            std::string directory, Bounds bounds, Watch watch);
    ~Process();
    /// Joins the watching thread: after kill(), or when the process ends by itself.
    void join();

    void kill();
    /// Reads what the pipe holds and gives it to on_lines; a line that has no end yet ends here.
    void drain();
    /// `bytes` of lines have been taken by whoever on_lines gave them to.
    void lines_taken(std::size_t bytes);
    /// A call begins: Bounds::output_bytes_max is its own.
    void begin_call() {
        for (Pipe* pipe : {&output_, &errors_}) pipe->output.begin_call();
    }
    /// What was printed beyond that, since begin_call().
    std::size_t output_bytes_dropped() const {
        return output_.output.bytes_dropped() + errors_.output.bytes_dropped();
    }
    /// Real time from now; 0 takes the deadline away.
    void set_deadline(std::int64_t in_ms);
    bool has_timed_out() const { return has_timed_out_.load(); }
    bool is_over_memory() const { return is_over_memory_.load(); }
    std::size_t memory_bytes_peak() const { return memory_peak_.load(); }

  private:
    /// A stream of the process's, as the watching thread reads it.
    struct Pipe {
        explicit Pipe(std::size_t bytes_max) : output(bytes_max) {}
        int end = -1;          ///< that is read; -1: there is none, or it has ended
        std::size_t size = 0;  ///< what is in the pipe at a moment is no more
        Output output;
    };
    void run();
    int open_pipe(Pipe& pipe);
    int spawn(int output, int errors) const;
    void watch(int process, int& status);
    void look_after(int process);
    void read_output(Pipe& pipe, std::size_t bytes_max);
    void hand_over_lines();
    void wake();
    std::vector<std::string> command_;
    std::vector<std::string> environment_;
    std::string directory_;
    Bounds bounds_;
    Watch watch_;
    int wake_ = -1;
    std::atomic<bool> must_end_{false}, must_drain_{false};
    std::atomic<bool> has_timed_out_{false}, is_over_memory_{false};
    std::atomic<std::int64_t> deadline_{0};
    std::atomic<std::size_t> memory_peak_{0};
    /// Bytes of lines that on_lines gave and that nobody took yet.
    std::atomic<std::size_t> waiting_{0};
    Pipe output_, errors_;
    std::thread thread_;
};

}  // namespace freshet::sandbox
