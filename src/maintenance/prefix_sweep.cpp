#include "maintenance/prefix_sweep.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace freshet::maintenance {

PrefixSweep::PrefixSweep(std::vector<std::string> prefixes) : prefixes_(std::move(prefixes)) {
    order_.resize(prefixes_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, {}, [this](std::size_t at) {
        return std::pair<const std::string&, std::size_t>(prefixes_[at], at);
    });
}

std::string_view PrefixSweep::common() const {
    if (order_.empty()) return {};
    const std::string& first = prefixes_[order_.front()];
    const std::string& last = prefixes_[order_.back()];
    const auto differs = std::ranges::mismatch(first, last).in1;
    return std::string_view(first).substr(0, static_cast<std::size_t>(differs - first.begin()));
}

const std::vector<std::size_t>& PrefixSweep::below(std::string_view key) {
    while (!open_.empty() && !key.starts_with(prefixes_[open_.back()])) open_.pop_back();
    for (; next_ < order_.size() && prefixes_[order_[next_]] <= key; ++next_) {
        // All keys of another prefix that is not greater come before this key.
        if (key.starts_with(prefixes_[order_[next_]])) open_.push_back(order_[next_]);
    }
    return open_;
}

std::optional<std::string> PrefixSweep::continue_after(std::string_view last) const {
    if (!open_.empty()) return std::string(last);
    if (next_ == order_.size()) return std::nullopt;
    return prefixes_[order_[next_]];
}

}  // namespace freshet::maintenance
