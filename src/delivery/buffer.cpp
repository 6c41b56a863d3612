#include "delivery/buffer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "delivery/limits.h"
#include "delivery/naming/names.h"
#include "delivery/objects_of.h"

namespace freshet::delivery {
namespace {

std::uint64_t full_bytes(const Destination& destination) {
    if (destination.options.partitioning) return limits::partitioned_bytes_max;
    return static_cast<std::uint64_t>(destination.buffer_mib) << 20;
}

std::size_t full_records(const Destination& destination) {
    return destination.options.partitioning ? limits::partitioned_records_max
                                            : limits::buffer_records_max;
}

log::Ordinal at(const log::Positions& positions, log::PartitionId partition) {
    const auto found = positions.find(*partition);
    return found == positions.end() ? 0 : found->second;
}

}  // namespace

log::Ordinal Buffer::position(log::PartitionId partition) const { return at(read_, partition); }

void Buffer::take(const Origin& origin, std::vector<Bytes>& data, const Destination& destination) {
    log::Ordinal& read = read_[*origin.partition];
    FRESHET_CHECK(origin.ordinal >= read);  // no record is taken twice
    read = origin.ordinal + 1;
    if (data.empty()) return;
    for (Bytes& one : data) {
        waiting_.bytes += one.size() + (destination.appends_newline ? 1 : 0);
        waiting_.data.push_back(std::move(one));
    }
    waiting_.records += data.size();
    data.clear();
    waiting_.oldest = std::min(waiting_.oldest.value_or(origin.arrival), origin.arrival);
    auto& ranges = waiting_.ranges;
    const auto range = std::ranges::find(ranges, origin.partition, &CutRange::partition);
    if (range == ranges.end())
        ranges.push_back({origin.partition, origin.ordinal, origin.ordinal + 1});
    else
        range->next = origin.ordinal + 1;
}

void Buffer::take_placed(const Origin& origin, std::vector<Bytes>& data, std::vector<Bytes>& keys,
                         const Destination& destination) {
    FRESHET_CHECK(keys.empty() || keys.size() == data.size());
    waiting_.places.add(origin, data.size());
    // Those that were taken without a key have an empty one.
    if (!keys.empty()) waiting_.partition_keys.resize(waiting_.records);
    for (Bytes& key : keys) waiting_.partition_keys.push_back(std::move(key));
    keys.clear();
    take(origin, data, destination);
}

bool Buffer::is_full(const Destination& destination) const {
    return waiting_.bytes >= full_bytes(destination) ||
           waiting_.records >= full_records(destination);
}

std::size_t Buffer::room(const Destination& destination) const {
    FRESHET_CHECK(!is_full(destination));
    return full_bytes(destination) - waiting_.bytes;
}

Buffer::Next Buffer::next(const Destination& destination, Timestamp now) const {
    if (waiting_.records == 0) return {};
    const Timestamp due = *waiting_.oldest + std::chrono::seconds(destination.interval_s);
    if (is_full(destination) || now >= due) return {.cuts = true};
    return {.looks_at = due};
}

std::vector<Bytes> Buffer::move_to(std::shared_ptr<RowText> text) {
    FRESHET_CHECK(text && (!waiting_.text || waiting_.text == text));
    waiting_.text = std::move(text);
    waiting_.text_bytes = waiting_.bytes;
    return std::exchange(waiting_.data, {});
}

Waiting Buffer::cut_off() { return std::exchange(waiting_, {}); }

void Buffer::give_back() {
    for (const CutRange& range : waiting_.ranges) {
        FRESHET_CHECK(range.next <= position(range.partition));
        read_[*range.partition] = range.first;
    }
    waiting_ = {};
}

void Buffer::begin_again() {
    waiting_ = {};
    read_ = delivered_;
}

void Buffer::begin_again(const Cut& cut) {
    begin_again();
    for (const CutRange& range : cut.ranges) {
        // A cut that was written down and not finished has moved no position.
        FRESHET_CHECK(at(delivered_, range.partition) <= range.first);
        read_[*range.partition] = range.first;
    }
}

void Buffer::skip(log::PartitionId partition, log::Ordinal next) {
    FRESHET_CHECK(position(partition) < next);  // no record is taken twice
    read_[*partition] = next;
}

void Buffer::delivered(const Cut& cut) {
    for (const CutRange& range : cut.ranges) {
        log::Ordinal& delivered_to = delivered_[*range.partition];
        // A position only moves on, to what has been read: no record is delivered twice, none is
        // passed over.
        FRESHET_CHECK(delivered_to <= range.first && range.first < range.next);
        FRESHET_CHECK(range.next <= position(range.partition));
        delivered_to = range.next;
    }
    for (const CutRange& waiting : waiting_.ranges)
        FRESHET_CHECK(at(delivered_, waiting.partition) <= waiting.first);  // still to be cut
}

std::map<std::uint64_t, Place> Buffer::places() const {
    std::map<std::uint64_t, Place> places;
    for (const auto& [partition, ordinal] : delivered_) places[partition] = {ordinal, ordinal};
    for (const auto& [partition, ordinal] : read_) places[partition].read = ordinal;
    return places;
}

Cut make_cut(const Waiting& waiting, const DeliveryStream& stream) {
    FRESHET_CHECK(waiting.oldest && !waiting.ranges.empty());
    Cut cut;
    cut.ranges = waiting.ranges;
    cut.key = key_of(stream, CutNames(stream, cut.ranges, *waiting.oldest), *waiting.oldest);
    return cut;
}

}  // namespace freshet::delivery
