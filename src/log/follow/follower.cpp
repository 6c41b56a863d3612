#include "log/follow/follower.h"

namespace freshet::log {

io::Task<Result<std::vector<Record>>> read_from(const Log& log, io::Pool& pool,
                                                PartitionId partition, Ordinal from,
                                                std::size_t records_max, std::size_t bytes_max) {
    if (log.is_cached(partition, from)) co_return log.read(partition, from, records_max, bytes_max);
    auto records =
        co_await pool.run([&] { return log.read(partition, from, records_max, bytes_max); });
    co_return records;
}

void Follower::add(PartitionId partition) {
    if (follows(partition)) return;
    listeners_[*partition] = log_.listen(
        partition, [&home = home_, bell = bell_] { home.post([bell] { bell->ring(); }); });
}

void Follower::remove(PartitionId partition) {
    const auto found = listeners_.find(*partition);
    if (found == listeners_.end()) return;
    log_.unlisten(partition, found->second);
    listeners_.erase(found);
}

void Follower::clear() {
    for (const auto& [partition, listener] : listeners_)
        log_.unlisten(PartitionId(partition), listener);
    listeners_.clear();
}

void Follower::stop() {
    is_stopping_ = true;
    ring();
}

io::Task<void> Follower::wait() {
    if (!was_rung() && !is_stopping_) co_await bell_->signal.wait();
}

io::Task<void> Follower::wait_until(Timestamp deadline) {
    if (!was_rung() && !is_stopping_) co_await bell_->signal.wait_until(deadline);
}

io::Task<void> Follower::rest_until(Timestamp deadline) {
    while (!is_stopping_ && home_.now() < deadline) co_await bell_->signal.wait_until(deadline);
}

io::Task<Result<Follower::Chunk>> Follower::take(
    Merge& merge, Timestamp bound, Merge::Bounds chunk,
    const std::function<bool(const Record&)>& is_wanted) const {
    Chunk taken;
    std::size_t bytes = 0;
    while (taken.taken.size() < chunk.records_max && bytes < chunk.bytes_max) {
        while (const auto want = merge.wants()) {
            auto records =
                co_await read(want->partition, want->from, want->records_max, want->bytes_max);
            if (!records) {
                merge.put_back(std::move(taken.taken));
                co_return pass(records);
            }
            std::erase_if(*records, [&](const Record& one) { return !is_wanted(one); });
            merge.give(want->rank, std::move(*records));
        }
        auto next = merge.pop(bound);
        if (!next) {
            taken.is_all = true;
            break;
        }
        bytes += next->record.data.size();
        taken.taken.push_back(std::move(*next));
    }
    co_return taken;
}

}  // namespace freshet::log
