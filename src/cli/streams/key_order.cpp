#include "cli/streams/key_order.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/check.h"

namespace freshet::cli {

std::vector<std::size_t> KeyOrder::take(std::size_t due) const {
    std::vector<std::size_t> taken;
    std::unordered_set<std::string_view> keys;
    std::size_t bytes = 0;
    const std::size_t end = std::min({due, items_.size(), settled_ + looked_at_max});
    for (std::size_t i = settled_; i < end && taken.size() < records_max; ++i) {
        if (is_acknowledged_[i] || !keys.insert(items_[i].key).second) continue;
        if (!taken.empty() && bytes + items_[i].bytes > bytes_max) continue;
        bytes += items_[i].bytes;
        taken.push_back(i);
    }
    return taken;
}

void KeyOrder::acknowledge(std::size_t place) {
    FRESHET_CHECK(place < items_.size());
    FRESHET_CHECK(!is_acknowledged_[place]);  // a record is sent until it is taken, not again
    is_acknowledged_[place] = true;
    while (settled_ < items_.size() && is_acknowledged_[settled_]) ++settled_;
}

}  // namespace freshet::cli
