#include "stream/fan_out/fan_out_cache.h"

#include "base/check.h"
#include "stream/limits.h"

namespace freshet::stream {

std::shared_ptr<FanOutBatch> FanOutCache::find(log::PartitionId partition, log::Ordinal from,
                                               Timestamp now) const {
    const auto found = batches_.find(*partition);
    if (found == batches_.end()) return nullptr;
    for (const auto& batch : found->second) {
        // Its MillisBehindLatest would be wrong for a reader that comes later.
        if (batch->from == from && now - batch->made <= limits::fan_out_share_within) return batch;
    }
    return nullptr;
}

void FanOutCache::keep(std::shared_ptr<FanOutBatch> batch) {
    FRESHET_CHECK(batch->next > batch->from);  // whoever gets it moves on
    auto& batches = batches_[*batch->shard.partition];
    batches.push_back(std::move(batch));
    if (batches.size() > limits::fan_out_batches_max) batches.pop_front();
}

}  // namespace freshet::stream
