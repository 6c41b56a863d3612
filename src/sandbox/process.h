// A child process and the thread that watches it: its output lines, its memory, its deadline, its end.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

namespace freshet::sandbox {

class Process {
  public:
    struct Watch {
        /// Watching thread. A line without its newline.
        std::function<void(std::string)> on_line;
        /// Watching thread. What the process had written when drain() was called has been told.
        std::function<void()> on_drained;
        /// Watching thread, last. waitpid's status.
        std::function<void(int status)> on_end;
    };
    Process(std::vector<std::string> command, std::map<std::string, std::string> environment,
            std::string directory, std::size_t memory_bytes_max, Watch watch);
    ~Process();
    /// Joins; the process must have been told to end or have ended.
    void join();

    void kill();
    /// Reads what is there to read, and tells; a line that has no end yet ends here.
    void drain();
    /// Real time from now; 0 takes the deadline away.
    void set_deadline(std::int64_t in_ms);
    bool timed_out() const { return timed_out_.load(); }
    bool over_memory() const { return over_memory_.load(); }
    std::size_t memory_bytes_peak() const { return memory_peak_.load(); }

  private:
    void run();
    int spawn(int output) const;
    void look_after(int process);
    bool read_output(int output, std::string& rest);
    void wake();
    void split(std::string& rest) const;
    std::vector<std::string> command_;
    std::vector<std::string> environment_;
    std::string directory_;
    std::size_t memory_max_;
    Watch watch_;
    int wake_ = -1;
    std::atomic<bool> kill_{false}, drain_{false}, timed_out_{false}, over_memory_{false};
    std::atomic<std::int64_t> deadline_{0};
    std::atomic<std::size_t> memory_peak_{0};
    std::thread thread_;
};

}  // namespace freshet::sandbox
