#include "stream/live/live.h"

namespace freshet::stream {

ShardFigures Live::figures_of(std::uint32_t shard) const {
    const auto found = figures.find(shard);
    return found == figures.end() ? ShardFigures() : found->second;
}

void Live::count_in(std::uint32_t shard, std::size_t records, std::size_t bytes) {
    ShardFigures& counted = figures[shard];
    counted.records_in += records;
    counted.bytes_in += bytes;
    meter.add(Measure::incoming_records, records);
    meter.add(Measure::incoming_bytes, bytes);
    if (!measures_shards()) return;
    meter.add(shard, Measure::incoming_records, records);
    meter.add(shard, Measure::incoming_bytes, bytes);
}

std::size_t Live::count_out(std::uint32_t shard, const std::vector<StoredRecord>& records) {
    std::size_t bytes = 0;
    for (const StoredRecord& record : records)
        bytes += record.data.size() + record.partition_key.size();
    ShardFigures& counted = figures[shard];
    counted.records_out += records.size();
    counted.bytes_out += bytes;
    if (measures_shards()) {
        meter.add(shard, Measure::outgoing_records, records.size());
        meter.add(shard, Measure::outgoing_bytes, bytes);
    }
    return bytes;
}

}  // namespace freshet::stream
