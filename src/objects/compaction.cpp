#include "objects/compaction.h"

#include "base/check.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "objects/limits.h"

namespace freshet::objects {
namespace {

/// As many of `extents` as one batch takes, at least one.
std::vector<Extent> batch_of(std::vector<Extent> extents) {
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    while (count < extents.size() && (count == 0 || bytes < limits::compact_batch_bytes))
        bytes += stored_bytes(extents[count++]);
    extents.resize(count);
    return extents;
}

}  // namespace

io::Task<void> Compaction::run() {
    auto files = co_await candidates();
    if (!files) {
        log_warn("objects", "packs could not be looked at", {{"reason", files.error().message()}});
        co_return;
    }
    for (const std::int64_t file : *files) {
        auto done = co_await compact(file);
        if (done) continue;
        if (done.error().is(freshet::Errc::cancelled)) co_return;
        log_warn("objects", "a pack could not be compacted", {{"reason", done.error().message()}});
        const bool is_damaged =
            done.error().is(freshet::Errc::corrupt) || done.error().is(Errc::lost);
        if (is_damaged) damaged_.insert(file);
    }
}

/// An index of a build that kept no places in the table of extents: they are learnt once, a few
/// rows in a transaction.
io::Task<Result<>> Compaction::learn() {
    if (has_learned_) co_return Result<>();
    auto needed = co_await database_.read(
        [](const meta::Connection& connection) { return store::has_unplaced(connection); });
    if (!needed) co_return pass(needed);
    if (!*needed) {
        has_learned_ = true;
        co_return Result<>();
    }
    store::SurveyPlace at;
    while (true) {
        auto more = co_await database_.write(
            [&at](meta::Txn& txn) { return store::learn_places(txn, at, limits::survey_rows); });
        if (!more) co_return pass(more);
        if (!*more) break;
    }
    auto held = co_await database_.read(
        [](const meta::Connection& connection) { return store::held_in_packs(connection); });
    if (!held) co_return pass(held);
    auto garbage = co_await pool_.run([&]() -> std::vector<store::Garbage> {
        std::vector<store::Garbage> found;
        for (const store::Garbage& one : *held) {
            auto file = blobs_.open_file(one.file);
            auto size = file ? (*file)->size() : Result<std::uint64_t>(std::uint64_t{0});
            if (size && *size > one.bytes) found.push_back({one.file, *size - one.bytes});
        }
        return found;
    });
    auto noted = co_await database_.write(
        [&garbage](meta::Txn& txn) { return store::set_garbage(txn, garbage); });
    has_learned_ = noted.has_value();
    co_return noted;
}

bool Compaction::needs_it(const store::Garbage& pack) {
    auto file = blobs_.open_file(pack.file);
    auto size = file ? (*file)->size() : Result<std::uint64_t>(std::uint64_t{0});
    return size && pack.bytes * 100 > *size * limits::garbage_percent_max;
}

io::Task<Result<>> Compaction::seal_current() {
    const std::int64_t file = blobs_.current_pack();
    if (file == 0) co_return Result<>();
    auto bytes = co_await database_.read(
        [file](const meta::Connection& connection) { return store::garbage_in(connection, file); });
    if (!bytes) co_return pass(bytes);
    if (*bytes < limits::seal_garbage_bytes) co_return Result<>();
    const store::Garbage pack{file, *bytes};
    const bool is_due = co_await pool_.run([&] { return needs_it(pack); });
    if (is_due) blobs_.seal(file);
    co_return Result<>();
}

io::Task<Result<std::vector<std::int64_t>>> Compaction::candidates() {
    auto begun = co_await learn();
    if (begun) begun = co_await seal_current();
    if (!begun) co_return pass(begun);
    auto packs = co_await database_.read([this](const meta::Connection& connection) {
        return store::packs_with_garbage(connection, looked_at_, limits::compact_packs_max);
    });
    if (!packs) co_return pass(packs);
    looked_at_ = packs->size() < limits::compact_packs_max ? 0 : packs->back().file;
    const std::int64_t current = blobs_.current_pack();
    auto chosen = co_await pool_.run([&]() -> std::vector<std::int64_t> {
        std::vector<std::int64_t> files;
        for (const store::Garbage& pack : *packs) {
            if (pack.file == current || damaged_.contains(pack.file)) continue;
            if (needs_it(pack)) files.push_back(pack.file);
        }
        return files;
    });
    co_return chosen;
}

io::Task<Result<>> Compaction::compact(std::int64_t file) {
    std::uint64_t bytes = 0;
    std::size_t entries = 0;
    std::int64_t after = 0;
    while (true) {
        auto extents = co_await database_.read([file, after](const meta::Connection& connection) {
            return store::extents_in(connection, file, after, limits::survey_rows);
        });
        if (!extents) co_return pass(extents);
        if (extents->empty()) break;
        std::vector<Extent> batch = batch_of(std::move(*extents));
        after = batch.back().id;
        entries += batch.size();
        for (const Extent& extent : batch) bytes += stored_bytes(extent);
        auto moved = co_await move(std::move(batch));
        if (!moved) co_return moved;
        const bool has_slept = co_await stop_.sleep_until(home_.now() + limits::compact_pause);
        if (!has_slept) co_return fail(freshet::Errc::cancelled, "the server stops");
    }
    if (entries == 0) co_return Result<>();
    log_info("objects", "compacted a pack",
             {{"file", blobs_.path_of(file)}, {"entries", entries}, {"bytes", bytes}});
    co_return Result<>();
}

io::Task<Result<>> Compaction::move(std::vector<Extent> batch) {
    auto entries = co_await pool_.run(
        [this, &batch] { return blobs_.read_entries(batch.front().file, batch); });
    if (!entries) co_return pass(entries);
    auto written = co_await blobs_.pack_all(std::move(*entries));
    if (!written) co_return pass(written);
    FRESHET_CHECK(written->size() == batch.size());
    std::vector<Extent> places;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const Extent& place = places.emplace_back((*written)[i].place);
        FRESHET_CHECK(place.size == stored_bytes(batch[i]));
        FRESHET_CHECK(place.file != batch[i].file);
    }
    io::failpoints::reach("objects.compact_before_commit");
    auto moved = co_await database_.write([&](meta::Txn& txn) {
        for (const Blobs::Packed& one : *written) txn.commit_after(one.synced);
        return store::move(txn, batch, places);
    });
    io::failpoints::reach("objects.compact_after_commit");
    co_return moved;
}

}  // namespace freshet::objects
