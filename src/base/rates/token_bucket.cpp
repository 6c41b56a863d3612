#include "base/rates/token_bucket.h"

#include <algorithm>

namespace freshet {

void TokenBucket::fill(Timestamp now) {
    const double seconds =
        static_cast<double>(std::max((now - at_).count(), Millis::rep{0})) / 1000;
    level_ = std::min(burst_, level_ + seconds * per_second_);
    at_ = std::max(at_, now);  // a clock that goes back gives nothing twice
}

bool TokenBucket::has(double amount, Timestamp now) {
    fill(now);
    constexpr double rounding = 1e-6;  // of sums of fractions
    return level_ + rounding >= std::min(amount, burst_);
}

bool TokenBucket::take(double amount, Timestamp now) {
    if (!has(amount, now)) return false;
    level_ -= amount;
    return true;
}

bool TokenBucket::is_full(Timestamp now) const {
    TokenBucket later = *this;
    later.fill(now);
    return later.level_ >= later.burst_;
}

bool CallBuckets::take(std::string_view operation, const Home& home, double per_second,
                       Timestamp now) {
    if (buckets_.size() >= kept_max)
        std::erase_if(buckets_, [now](const auto& one) { return one.second.is_full(now); });
    const auto bucket =
        buckets_.try_emplace({std::string(operation), home}, per_second, per_second, now).first;
    return bucket->second.take(1, now);
}

}  // namespace freshet
