#include "meta/versions.h"

#include <algorithm>

#include "base/check.h"

namespace freshet::meta {

std::optional<std::uint64_t> Versions::of(std::uint64_t hash) const {
    const std::uint64_t version = versions_[hash % stripes];
    if (version % 2 == 1) return std::nullopt;
    return version;
}

void Versions::bump() {
    if (is_all_) {
        for (auto& version : versions_) ++version;
    } else {
        for (const std::size_t stripe : changed_) ++versions_[stripe];
    }
}

void Versions::begin_commit() {
    std::ranges::sort(changed_);
    const auto again = std::ranges::unique(changed_);
    changed_.erase(again.begin(), again.end());
    bump();
}

void Versions::end_commit() {
    bump();
    for (const std::size_t stripe : changed_) FRESHET_CHECK(versions_[stripe] % 2 == 0);
    changed_.clear();
    is_all_ = false;
}

}  // namespace freshet::meta
