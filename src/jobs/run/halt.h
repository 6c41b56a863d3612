// Asks a run that is at work to end, and why. Home core only.
#pragma once
#include <functional>
#include <utility>

namespace freshet::jobs {

class Halt {
  public:
    enum class Why { none, stopped, timed_out, shutdown };
    /// The first reason is the reason.
    void request(Why why) {
        if (why_ == Why::none) why_ = why;
        if (action_) action_();
    }
    Why why() const { return why_; }
    bool was_requested() const { return why_ != Why::none; }
    /// What ends the work that is under way; at once, when the run is to end already. It may be
    /// called more than once.
    void end_by(std::function<void()> action) {
        action_ = std::move(action);
        if (action_ && was_requested()) action_();
    }
    void work_has_ended() { action_ = nullptr; }

  private:
    Why why_ = Why::none;
    std::function<void()> action_;
};

}  // namespace freshet::jobs
