#include "cli/lineage.h"

#include <algorithm>

namespace freshet::cli {

void Lineage::add(const std::string& shard, std::vector<std::string> parents) {
    if (known_.insert(shard).second) waiting_[shard] = std::move(parents);
}

std::vector<std::string> Lineage::take_ready() {
    std::vector<std::string> ready;
    for (const auto& [shard, parents] : waiting_) {
        if (std::ranges::all_of(parents,
                                [this](const auto& one) { return finished_.contains(one); }))
            ready.push_back(shard);
    }
    for (const std::string& shard : ready) waiting_.erase(shard);
    return ready;
}

}  // namespace freshet::cli
