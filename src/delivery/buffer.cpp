#include "delivery/buffer.h"

#include <algorithm>

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
        bytes_ += one.size() + (destination.appends_newline ? 1 : 0);
        data_.push_back(std::move(one));
    }
    data.clear();
    oldest_ = std::min(oldest_.value_or(origin.arrival), origin.arrival);
    const auto range = std::ranges::find(ranges_, origin.partition, &CutRange::partition);
    if (range == ranges_.end())
        ranges_.push_back({origin.partition, origin.ordinal, origin.ordinal + 1});
    else
        range->next = origin.ordinal + 1;
}

void Buffer::take_placed(const Origin& origin, std::vector<Bytes>& data, std::vector<Bytes>& keys,
                         const Destination& destination) {
    FRESHET_CHECK(keys.empty() || keys.size() == data.size());
    for (std::size_t i = 0; i < data.size(); ++i)
        placed_.push_back({origin, i, keys.empty() ? Bytes() : std::move(keys[i])});
    keys.clear();
    take(origin, data, destination);
}

bool Buffer::is_full(const Destination& destination) const {
    return bytes_ >= full_bytes(destination) || data_.size() >= limits::buffer_records_max;
}

std::size_t Buffer::room(const Destination& destination) const {
    FRESHET_CHECK(!is_full(destination));
    return full_bytes(destination) - bytes_;
}

Buffer::Next Buffer::next(const Destination& destination, Timestamp now) const {
    if (data_.empty()) return {};
    const Timestamp due = *oldest_ + std::chrono::seconds(destination.interval_s);
    if (is_full(destination) || now >= due) return {.cuts = true};
    return {.looks_at = due};
}

const std::vector<CutRange>& Buffer::ranges() const {
    FRESHET_CHECK(!ranges_.empty());
    return ranges_;
}

void Buffer::begin_again(const Cut& cut) {
    clear();
    read_ = delivered_;
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
    for (const CutRange& waiting : ranges_)
        FRESHET_CHECK(waiting.next <= at(delivered_, waiting.partition));
    clear();
}

void Buffer::clear() {
    data_.clear();
    placed_.clear();
    ranges_.clear();
    bytes_ = 0;
    oldest_.reset();
}

std::map<std::uint64_t, Place> Buffer::places() const {
    std::map<std::uint64_t, Place> places;
    for (const auto& [partition, ordinal] : delivered_) places[partition] = {ordinal, ordinal};
    for (const auto& [partition, ordinal] : read_) places[partition].read = ordinal;
    return places;
}

Cut make_cut(const Buffer& buffer, const DeliveryStream& stream) {
    Cut cut;
    cut.ranges = buffer.ranges();
    const Timestamp oldest = *buffer.oldest();
    const CutNames names(stream, cut.ranges, oldest);
    const auto prefix = evaluate_prefix(stream.destination.prefix, names.input());
    cut.key = (prefix ? *prefix : "") + names.object(oldest, "") + extension_of(stream.destination);
    return cut;
}

}  // namespace freshet::delivery
