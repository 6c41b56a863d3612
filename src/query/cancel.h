// What ends the work of a statement that its user cancels. Home core only.
#pragma once
#include <functional>
#include <utility>

namespace freshet::query {

class Cancel {
  public:
    void request() {
        was_requested_ = true;
        if (action_) action_();
    }
    /// While it is set, a request calls `action`, at once when there was one already. nullptr: the
    /// work has ended.
    void ends_by(std::function<void()> action) {
        action_ = std::move(action);
        if (action_ && was_requested_) action_();
    }

  private:
    bool was_requested_ = false;
    std::function<void()> action_;
};

}  // namespace freshet::query
