#include "analytics/run/chunk.h"

#include <algorithm>

#include "base/check.h"

namespace freshet::analytics {

Chunk::Chunk(log::Follower::Chunk taken, Timestamp bound, Timestamp reached, Positions after)
    : taken_(std::move(taken.taken)),
      is_all_(taken.is_all),
      bound_(bound),
      reached_(reached),
      after_(std::move(after)) {
    for (std::size_t i = 1; i < taken_.size(); ++i)
        FRESHET_CHECK(taken_[i - 1].record.time <= taken_[i].record.time);  // order of arrival
    FRESHET_CHECK(taken_.empty() || taken_.back().record.time < bound_);
}

std::optional<Millis> Chunk::behind(Timestamp now) const {
    if (taken_.empty() || is_all_) return std::nullopt;
    return std::max(Millis(0),
                    std::chrono::duration_cast<Millis>(now - taken_.front().record.time));
}

std::optional<Timestamp> Chunk::time_after(std::size_t end) const {
    if (!is_all_ || end < taken_.size()) return std::nullopt;
    return bound_;
}

Commit Chunk::end_slice(std::size_t end, std::span<Prepared> prepared) {
    FRESHET_CHECK(end > begin_ || taken_.empty());  // each slice has a record
    FRESHET_CHECK(end <= taken_.size());
    FRESHET_CHECK(prepared.empty() || prepared.size() == taken_.size());
    // Time never goes back, though a clock that was set back lowers the bound: a replay gives the
    // engine the last commit's time only.
    reached_ = std::max(reached_, time_after(end).value_or(reached_));
    Commit commit;
    commit.positions = positions_at(end);
    commit.bound = reached_;
    commit.begin = positions_at(begin_);
    if (!prepared.empty()) {
        const auto slice = prepared.subspan(begin_, end - begin_);
        commit.prepared.assign(std::make_move_iterator(slice.begin()),
                               std::make_move_iterator(slice.end()));
    }
    begin_ = end;
    is_sliced_ = true;
    return commit;
}

Positions Chunk::positions_at(std::size_t index) const {
    Positions all = after_;
    for (std::size_t i = taken_.size(); i-- > index;) {
        log::Ordinal& next = all[*taken_[i].partition];
        FRESHET_CHECK(taken_[i].record.ordinal < next);  // the sources are past what was taken
        next = taken_[i].record.ordinal;
    }
    return all;
}

}  // namespace freshet::analytics
