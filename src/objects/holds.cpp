#include "objects/holds.h"

#include "base/check.h"

namespace freshet::objects {

std::shared_ptr<const void> Holds::take() {
    const std::scoped_lock lock(state_->mutex);
    const auto place = state_->held.insert(state_->rounds);
    const auto drop = [state = state_, place](const void*) {
        const std::scoped_lock inner(state->mutex);
        state->held.erase(place);
    };
    return {static_cast<const void*>(this), drop};
}

bool Holds::may_remove(std::int64_t file) const {
    const auto died = died_in_.find(file);
    FRESHET_CHECK(died != died_in_.end());  // every dead file was noted in this round or before
    const std::scoped_lock lock(state_->mutex);
    return state_->held.empty() || died->second <= *state_->held.begin();
}

void Holds::note(const std::vector<std::int64_t>& fresh, const std::vector<std::int64_t>& dead) {
    std::uint64_t round = 0;
    {
        const std::scoped_lock lock(state_->mutex);
        round = state_->rounds + 1;
    }
    std::map<std::int64_t, std::uint64_t> died;
    for (const std::int64_t file : dead) {
        // One that an earlier run of the server noted died before any hold of this one.
        const auto known = died_in_.find(file);
        died.emplace(file, known == died_in_.end() ? 0 : known->second);
    }
    for (const std::int64_t file : fresh) died.insert_or_assign(file, round);
    died_in_ = std::move(died);
}

void Holds::end_round() {
    const std::scoped_lock lock(state_->mutex);
    ++state_->rounds;
}

}  // namespace freshet::objects
