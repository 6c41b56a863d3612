#include "analytics/sources.h"

#include <algorithm>

#include "analytics/limits.h"

namespace freshet::analytics {

void Sources::add(const Shard& shard, log::Ordinal next) {
    Source& source = all_.emplace_back();
    source.shard = shard;
    source.next = next;
    source.listener = log_.listen(
        shard.partition, [&home = home_, bell = bell_] { home.post([bell] { bell->ring(); }); });
}

void Sources::clear() {
    for (const Source& source : all_) log_.unlisten(source.shard.partition, source.listener);
    all_.clear();
}

void Sources::open(const std::vector<Shard>& shards, const Positions& positions) {
    clear();
    for (const Shard& shard : shards) add(shard, 0);
    go_to(positions);
}

void Sources::go_to(const Positions& positions) {
    for (Source& source : all_) {
        const auto found = positions.find(*source.shard.partition);
        if (found == positions.end()) continue;
        source.next = found->second;
        source.ahead.clear();
    }
}

/// A reshard adds shards, which are read from their beginning, and retention takes old ones away.
/// The looks at the tails come in one go with it: a shard that ended lets time go on only when
/// those that follow it are known.
Result<Timestamp> Sources::look(const std::vector<Shard>& shards) {
    std::erase_if(all_, [&](const Source& source) {
        const bool is_there =
            std::ranges::binary_search(shards, source.shard.index, {}, &Shard::index);
        if (!is_there) log_.unlisten(source.shard.partition, source.listener);
        return !is_there;
    });
    for (const Shard& shard : shards) {
        if (all_.empty() || shard.index > all_.back().shard.index) add(shard, 0);
    }
    Timestamp bound = Timestamp::max();
    for (Source& source : all_) {
        auto tail = log_.tail(source.shard.partition);
        if (!tail) return pass(tail);
        source.end = tail->next;
        // Records that retention has unlinked are gone for this reader, too.
        if (source.next < tail->first && source.ahead.empty()) source.next = tail->first;
        bound = std::min(bound, tail->low_watermark);
    }
    return bound;
}

void Sources::end_at(const Positions& positions) {
    for (Source& source : all_) {
        const auto found = positions.find(*source.shard.partition);
        source.end = found == positions.end() ? source.next : found->second;
    }
}

io::Task<Result<>> Sources::read_ahead(Source& source) {
    if (source.next >= source.end || !source.ahead.empty()) co_return Result<>();
    const std::size_t count =
        std::min<std::size_t>(limits::chunk_records_max, source.end - source.next);
    const auto read = [this, partition = source.shard.partition, from = source.next, count] {
        return log_.read(partition, from, count, limits::chunk_bytes_max);
    };
    Result<std::vector<log::Record>> records;
    if (log_.is_cached(source.shard.partition, source.next))
        records = read();
    else
        records = co_await pool_.run(read);
    if (!records) co_return pass(records);
    for (log::Record& record : *records) {
        if (record.ordinal < source.end && !siblings_.is_end(record.data))
            source.ahead.push_back(std::move(record));
    }
    if (source.ahead.empty()) source.next = source.end;
    co_return Result<>();
}

io::Task<Result<std::vector<Taken>>> Sources::take(Timestamp bound, bool& is_all) {
    std::vector<Taken> taken;
    std::size_t bytes = 0;
    is_all = false;
    while (taken.size() < limits::chunk_records_max && bytes < limits::chunk_bytes_max) {
        Source* first = nullptr;
        for (Source& source : all_) {
            auto read = co_await read_ahead(source);
            if (!read) {
                put_back(std::move(taken));
                co_return pass(read);
            }
            if (source.ahead.empty()) continue;
            if (first && first->ahead.front().time <= source.ahead.front().time) continue;
            first = &source;
        }
        if (!first || first->ahead.front().time >= bound) {
            is_all = true;
            break;
        }
        log::Record& record = first->ahead.front();
        bytes += record.data.size();
        first->next = record.ordinal + 1;
        taken.push_back({first->shard.index, first->shard.partition, std::move(record)});
        first->ahead.pop_front();
    }
    co_return taken;
}

void Sources::put_back(std::vector<Taken> taken) {
    for (std::size_t i = taken.size(); i-- > 0;) {
        const auto source = std::ranges::lower_bound(
            all_, taken[i].shard, {}, [](const Source& one) { return one.shard.index; });
        source->next = taken[i].record.ordinal;
        source->ahead.push_front(std::move(taken[i].record));
    }
}

Positions Sources::positions(const std::vector<Taken>& taken, std::size_t first) const {
    Positions all;
    for (const Source& source : all_) all[*source.shard.partition] = source.next;
    for (std::size_t i = taken.size(); i-- > first;)
        all[*taken[i].partition] = taken[i].record.ordinal;
    return all;
}

const Shard* Sources::find(std::uint32_t index) const {
    const auto found = std::ranges::lower_bound(all_, index, {},
                                                [](const Source& one) { return one.shard.index; });
    return found == all_.end() || found->shard.index != index ? nullptr : &found->shard;
}

}  // namespace freshet::analytics
