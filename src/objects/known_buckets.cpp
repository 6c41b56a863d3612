#include "objects/known_buckets.h"

#include "base/check.h"
#include "objects/limits.h"

namespace freshet::objects {

std::shared_ptr<const KnownBucket> KnownBuckets::find(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    const auto found = known_.find(name);
    return found == known_.end() ? nullptr : found->second;
}

std::uint64_t KnownBuckets::changes() const {
    const std::scoped_lock lock(mutex_);
    return changes_;
}

void KnownBuckets::keep(std::shared_ptr<const KnownBucket> known, std::uint64_t changes_before) {
    FRESHET_CHECK(known != nullptr);
    const std::scoped_lock lock(mutex_);
    FRESHET_CHECK(changes_before <= changes_);
    if (changes_before != changes_) return;
    if (known_.size() >= limits::known_buckets_max) known_.clear();
    const std::string name = known->bucket.name;
    known_.insert_or_assign(name, std::move(known));
}

void KnownBuckets::forget(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    known_.erase(name);
    ++changes_;
}

}  // namespace freshet::objects
