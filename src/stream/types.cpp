// A stream's shards by index and by hash key.
#include "stream/types.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace freshet::stream {

const Shard* Stream::find_shard(std::uint32_t index) const {
    const auto found = std::ranges::lower_bound(shards, index, {}, &Shard::index);
    return found != shards.end() && found->index == index ? &*found : nullptr;
}

Shard* Stream::find_shard(std::uint32_t index) {
    return const_cast<Shard*>(std::as_const(*this).find_shard(index));
}

std::size_t Stream::place_of(HashKey hash) const {
    const auto found = std::ranges::partition_point(
        open, [&](std::size_t place) { return shards[place].last_hash < hash; });
    FRESHET_CHECK(found != open.end());  // the open shards cover the ring
    return static_cast<std::size_t>(found - open.begin());
}

void Stream::index_open() {
    open.clear();
    for (std::size_t i = 0; i < shards.size(); ++i) {
        if (shards[i].is_open()) open.push_back(i);
    }
    std::ranges::sort(open, {}, [this](std::size_t place) { return shards[place].first_hash; });
}

bool Stream::covers_ring() const {
    HashKey next = 0;  // the first hash that no shard before takes
    for (std::size_t place = 0; place < open.size(); ++place) {
        const Shard& shard = open_shard(place);
        if (shard.first_hash != next || shard.last_hash < shard.first_hash) return false;
        next = shard.last_hash + 1;  // 0 after the last one
        if (next == 0) return place + 1 == open.size();
    }
    return false;
}

}  // namespace freshet::stream
