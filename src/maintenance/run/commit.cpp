// The one place where a run changes anything.
#include "base/check.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "maintenance/run/work.h"

namespace freshet::maintenance {
namespace {

void add(const Figures& by, Figures& to) {
    to.files_after += by.files_after;
    to.bytes_after += by.bytes_after;
    to.rows_read += by.rows_read;
    to.rows_written += by.rows_written;
    to.rows_rejected += by.rows_rejected;
    ++to.commits;
}

std::set<std::string> keys_of(const auto& list) {
    std::set<std::string> keys;
    for (const auto& one : list) keys.insert(one.key);
    return keys;
}

}  // namespace

io::Task<Result<>> Work::commit(Change change) {
    // Each row that was read is written or rejected: before anything of it can be seen.
    FRESHET_CHECK(change.by.rows_read == change.by.rows_written + change.by.rows_rejected);
    auto turn = co_await committing_.take();
    Run next = run_;
    add(change.by, next.figures);
    const Timestamp now = io::Core::current()->now();
    io::failpoints::reach("maintenance.before_commit");
    auto done = co_await parts_.database.write(
        [&](meta::Txn& txn) { return commit_in(txn, change, next, now); });
    if (!done) {
        co_await discard(std::move(change.swap.added));
        co_return done;
    }
    io::failpoints::reach("maintenance.after_commit");
    FRESHET_CHECK(next.figures.commits == run_.figures.commits + 1);
    add(change.by, run_.figures);  // what another partition's work counted meanwhile stays
    co_return Result<>();
}

Result<> Work::commit_in(meta::Txn& txn, const Change& change, const Run& next, Timestamp now) {
    auto done = objects::Objects::swap_in(txn, change.swap, now);
    if (done && change.becomes_parquet)
        done = parts_.tables.become_parquet_in(txn, table_, change.part, now);
    for (const store::Kept& kept : change.kept) {
        if (done) done = store::add_kept(txn, kept);
    }
    // The outputs of a table that another one is converted into are merged.
    if (done && run_.options.into.empty())
        done = store::merge_batches(txn, run_.table, keys_of(change.swap.removed),
                                    keys_of(change.swap.added));
    for (const std::int64_t id : change.batches_gone) {
        if (done) done = store::remove_batch(txn, id);
    }
    for (const store::Batch& batch : change.batches) {
        if (done) done = store::add_batch(txn, batch);
    }
    if (done && !change.registers.empty())
        done = parts_.tables.add_partition_in(txn, target_.key, change.part.values,
                                              change.registers, now);
    if (done) done = store::put_run(txn, next);
    return done;
}

io::Task<void> Work::discard(std::vector<objects::Swap::Added> added) {
    for (objects::Swap::Added& one : added) co_await parts_.objects.discard(std::move(one.staged));
}

}  // namespace freshet::maintenance
