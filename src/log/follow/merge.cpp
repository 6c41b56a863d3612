#include "log/follow/merge.h"

#include <algorithm>

#include "base/check.h"

namespace freshet::log {
namespace {
// Of one read, however many partitions there are: an index entry of a segment covers 64 KiB.
constexpr std::size_t read_records_min = 256, read_bytes_min = 64 * 1024;
}  // namespace

std::size_t Merge::index_of(std::uint32_t rank) const {
    const auto found = std::ranges::lower_bound(sources_, rank, {}, &Source::rank);
    if (found == sources_.end() || found->rank != rank) return sources_.size();
    return static_cast<std::size_t>(found - sources_.begin());
}

Merge::Source& Merge::source(std::uint32_t rank) {
    const std::size_t found = index_of(rank);
    FRESHET_CHECK(found < sources_.size());
    return sources_[found];
}

Positions Merge::positions() const {
    Positions all;
    for (const Source& source : sources_) all[*source.partition] = source.next;
    return all;
}

void Merge::add(std::uint32_t rank, PartitionId partition, Ordinal next) {
    FRESHET_CHECK(sources_.empty() || rank > sources_.back().rank);
    sources_.push_back({rank, partition, next, next, {}});
    is_arranged_ = false;
}

void Merge::remove(std::uint32_t rank) {
    std::erase_if(sources_, [rank](const Source& one) { return one.rank == rank; });
    is_arranged_ = false;
}

void Merge::clear() {
    sources_.clear();
    is_arranged_ = false;
}

void Merge::set_end(std::uint32_t rank, Ordinal end) {
    Source& one = source(rank);
    // No record at or after the end has been read.
    FRESHET_CHECK(one.ahead.empty() || one.ahead.back().ordinal < end);
    one.end = end;
    is_arranged_ = false;
}

void Merge::skip_to(std::uint32_t rank, Ordinal first) {
    Source& one = source(rank);
    if (one.next >= first || !one.ahead.empty()) return;
    one.next = first;
    is_arranged_ = false;
}

void Merge::move(std::uint32_t rank, Ordinal next) {
    Source& one = source(rank);
    one.next = next;
    one.ahead.clear();
    is_arranged_ = false;
}

void Merge::push_head(std::size_t at) {
    heads_.push_back({sources_[at].ahead.front().time, at});
    std::ranges::push_heap(heads_, IsLater());
}

void Merge::arrange() {
    if (is_arranged_) return;
    heads_.clear();
    hungry_.clear();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const Source& one = sources_[i];
        if (!one.ahead.empty())
            push_head(i);
        else if (one.next < one.end)
            hungry_.push_back(i);
    }
    is_arranged_ = true;
}

std::optional<Merge::Want> Merge::wants() {
    arrange();
    if (hungry_.empty()) return std::nullopt;
    const Source& one = sources_[hungry_.back()];
    const std::size_t share = std::max(ahead_.records_max / sources_.size(), read_records_min);
    return Want{
        one.rank, one.partition, one.next,
        std::min<std::size_t>({share, ahead_.records_max, one.end - one.next}),
        std::min(std::max(ahead_.bytes_max / sources_.size(), read_bytes_min), ahead_.bytes_max)};
}

void Merge::give(std::uint32_t rank, std::vector<Record> records) {
    FRESHET_CHECK(is_arranged_ && !hungry_.empty());
    const std::size_t at = hungry_.back();
    Source& one = sources_[at];
    FRESHET_CHECK(one.rank == rank);
    FRESHET_CHECK(one.ahead.empty());
    hungry_.pop_back();
    for (Record& record : records) {
        if (record.ordinal >= one.end) break;
        // The log gives a partition's records in order, none before the position that was asked
        // for, and their times never fall: the merge is one order only because of that.
        FRESHET_CHECK(record.ordinal >= one.next);
        FRESHET_CHECK(one.ahead.empty() || record.ordinal > one.ahead.back().ordinal);
        FRESHET_CHECK(one.ahead.empty() || record.time >= one.ahead.back().time);
        one.ahead.push_back(std::move(record));
    }
    if (one.ahead.empty())
        one.next = one.end;
    else
        push_head(at);
}

std::optional<Taken> Merge::pop(Timestamp bound) {
    arrange();
    // The head of every partition is known, so that none of them can be earlier than the first.
    FRESHET_CHECK(hungry_.empty());
    if (heads_.empty() || heads_.front().time >= bound) return std::nullopt;
    const std::size_t at = heads_.front().at;
    std::ranges::pop_heap(heads_, IsLater());
    heads_.pop_back();
    Source& one = sources_[at];
    Taken taken{one.rank, one.partition, std::move(one.ahead.front())};
    one.ahead.pop_front();
    FRESHET_CHECK(taken.record.ordinal >= one.next);  // a position only moves on
    one.next = taken.record.ordinal + 1;
    if (!one.ahead.empty())
        push_head(at);
    else if (one.next < one.end)
        hungry_.push_back(at);
    return taken;
}

void Merge::put_back(std::vector<Taken> taken) {
    for (std::size_t i = taken.size(); i-- > 0;) {
        Source& one = source(taken[i].rank);
        FRESHET_CHECK(taken[i].record.ordinal < one.next);
        one.next = taken[i].record.ordinal;
        one.ahead.push_front(std::move(taken[i].record));
    }
    is_arranged_ = false;
}

}  // namespace freshet::log
