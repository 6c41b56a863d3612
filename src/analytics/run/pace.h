// When a run saves its state, looks again and tries again. Pure: what happened and the time go in,
// what follows comes out.
#pragma once
#include <optional>

#include "analytics/limits.h"
#include "base/retry.h"

namespace freshet::analytics {

class Pace {
  public:
    /// How a step ended: with records, with none, or refused.
    enum class Outcome { worked, idle, failed };
    /// What follows it, in this order.
    struct Then {
        bool saves = false;
        bool looks_later = false;               ///< after limits::look_every, or when the log rings
        std::optional<Timestamp> retries_at{};  ///< not earlier, whatever rings
    };
    Then after(Outcome outcome, Timestamp now);
    /// An append was refused in the middle of a step; when to try it again.
    Timestamp refused(Timestamp now) { return retry_.failed(now); }

    /// The state is loaded and the replay is done, or it begins empty.
    void opened(Timestamp now) { saved_at_ = now; }
    /// The state holds records that no snapshot has.
    void took_records() { is_unsaved_ = true; }
    /// What was computed could not be committed. The state must not be saved: the next run computes
    /// it again from the previous snapshot.
    void lost_output() { is_unsaved_ = false; }
    /// Writing a snapshot took so long. It counts only when all of it succeeded.
    void saved(Timestamp now, Millis took, bool has_succeeded);
    bool has_unsaved() const { return is_unsaved_; }

  private:
    bool is_unsaved_ = false;
    Timestamp saved_at_{};
    Millis rest_ = limits::snapshot_every;
    Retry retry_{limits::retry_first, limits::retry_max};
};

}  // namespace freshet::analytics
