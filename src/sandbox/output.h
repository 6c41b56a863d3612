// What a process prints, cut into lines and held to what one call may print. The thread
// that reads the pipe calls add(), end_line() and take(); begin_call() and bytes_dropped() are for
// any thread.
#pragma once
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/limits.h"

namespace freshet::sandbox {

class Output {
  public:
    /// `bytes_max`: of one call.
    explicit Output(std::size_t bytes_max = call_output_bytes_max)
        : bytes_max_(bytes_max), left_(bytes_max) {}
    /// What was read from the pipe, in order. A line longer than line_bytes_max is cut.
    void add(std::string_view piece);
    /// Ends a line that has no newline yet.
    void end_line();
    struct Lines {
        std::vector<std::string> texts;  ///< without their newlines
        std::size_t bytes = 0;           ///< as CloudWatch counts them
    };
    /// The whole lines since the last time.
    Lines take();

    /// A call begins: what it may print is its own.
    void begin_call();
    /// Printed beyond that, since begin_call().
    std::size_t bytes_dropped() const { return dropped_.load(); }

  private:
    std::string rest_;  ///< a line that has no end yet
    Lines lines_;
    const std::size_t bytes_max_;
    std::atomic<std::size_t> left_, dropped_{0};
};

}  // namespace freshet::sandbox
