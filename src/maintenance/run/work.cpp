#include "maintenance/run/work.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/ascii.h"
#include "maintenance/run/listing.h"

namespace freshet::maintenance {
namespace {

void count(const Plan& plan, Proposal& proposal, const Part& of) {
    Proposal::Part part{of.name, plan.files, plan.bytes, plan.files};
    for (const Group& group : plan.groups)
        part.files_after -= static_cast<std::int64_t>(group.sources.size()) - 1;
    proposal.figures.files_before += plan.files;
    proposal.figures.bytes_before += plan.bytes;
    proposal.figures.files_after += part.files_after;
    if (!plan.groups.empty()) proposal.parts.push_back(std::move(part));
    for (const LeftAlone& left : plan.left)
        proposal.notes.push_back(
            fmt::format("s3://{}/{} is left alone: {}", of.bucket, left.key, left.why));
}

}  // namespace

TableKey table_of(const TableKey& home, const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos || dot == 0) return {home.account, home.region, "", ""};
    return {home.account, home.region, lower(text.substr(0, dot)), lower(text.substr(dot + 1))};
}

/// What the lanes of a run share.
struct Work::Lanes {
    const std::vector<Part>& parts;
    std::size_t next = 0;        ///< that no lane has begun
    std::optional<Error> first;  ///< of a partition, or that the run was asked to stop
    bool is_over = false;        ///< no other partition begins
};

io::Task<Result<>> Work::run() {
    auto table = co_await parts_.tables.table(run_.table);
    if (!table) co_return pass(table);
    table_ = std::move(*table);
    auto all = co_await parts_.tables.parts(table_, run_.options.where);
    if (!all) co_return pass(all);
    if (!run_.options.into.empty()) {
        auto held = co_await control_.seats.take(1);
        auto prepared = co_await prepare_target(*all);
        if (auto go_on = check_stop(); !go_on) co_return go_on;
        if (!prepared) co_return prepared;
    }
    if (auto counted = co_await survey(*all); !counted) co_return counted;
    Lanes lanes{*all, 0, std::nullopt, false};
    io::Scope scope(*io::Core::current());
    for (std::size_t i = 0; i < lane_count(); ++i) scope.spawn(lane(lanes));
    co_await scope.join();
    std::optional<Error> first = std::move(lanes.first);
    if (first && first->is(freshet::Errc::cancelled)) co_return std::unexpected(std::move(*first));
    if (!first && !run_.options.into.empty()) {
        if (auto removed = co_await remove_parts_without_source(std::move(*all)); !removed)
            first = std::move(removed.error());
    }
    if (first) co_return fail(Errc::failed, first->message());
    co_return Result<>();
}

/// A conversion waits for the worker, for a digest, for a sync: another partition's uses the
/// processor meanwhile. Merges, and what nobody waits for, leave it to queries.
std::size_t Work::lane_count() const {
    const bool is_awaited = run_.origin != Origin::policy;
    return run_.options.converts && is_awaited ? control_.seats.count() : 1;
}

io::Task<void> Work::lane(Lanes& lanes) {
    while (lanes.next < lanes.parts.size() && !lanes.is_over) {
        if (auto go_on = check_stop(); !go_on) {
            lanes.first = std::move(go_on.error());
            lanes.is_over = true;
            co_return;
        }
        const Part& part = lanes.parts[lanes.next++];
        auto done = co_await do_part(part);
        if (must_rest()) co_await rest();
        // What a stop interrupts fails for other reasons.
        if (auto go_on = check_stop(); !done && !go_on) done = std::move(go_on);
        if (done) {
            ++run_.figures.partitions_done;
            continue;
        }
        Error& error = done.error();
        const bool was_stopped = error.is(freshet::Errc::cancelled);
        lanes.is_over |= was_stopped || error.is(freshet::Errc::no_space);
        if (was_stopped) {
            lanes.first = std::move(error);
            co_return;
        }
        note(fmt::format("{}: {}", part.name.empty() ? "the table" : part.name, error.message()));
        if (!lanes.first) lanes.first = std::move(error).within(part.name.empty() ? "" : part.name);
    }
}

/// How many files and bytes there are, before the first commit.
io::Task<Result<>> Work::survey(std::vector<Part> all) {
    Figures& figures = run_.figures;
    figures.partitions = static_cast<std::int64_t>(all.size());
    figures.partitions_done = 0;
    if (figures.commits > 0) co_return Result<>();  // it continues
    figures.files_before = figures.bytes_before = 0;
    for (const Part& part : all) {
        auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
        if (!listed) continue;  // named when its turn comes
        const Plan plan = plan_merge(*listed, rules_for(part, {}));
        figures.files_before += plan.files;
        figures.bytes_before += plan.bytes;
    }
    const bool has_target = !run_.options.into.empty();
    figures.files_after = has_target ? 0 : figures.files_before;
    figures.bytes_after = has_target ? 0 : figures.bytes_before;
    co_return Result<>();
}

std::size_t Work::seats_of_part() const { return control_.seats.count() / lane_count(); }

bool Work::must_rest() const { return control_.rest && run_.figures.commits > commits_rested_; }

io::Task<void> Work::rest() {
    commits_rested_ = run_.figures.commits;
    co_await control_.rest();
}

io::Task<Result<>> Work::do_part(Part part) {
    std::optional<Seats::Held> held;
    auto taken = co_await control_.seats.take(seats_of_part());
    held.emplace(std::move(taken));
    if (!run_.options.into.empty()) {
        auto done = co_await convert_into(std::move(part));
        co_return done;
    }
    if (run_.options.converts) {
        auto done = co_await convert(std::move(part));
        co_return done;
    }
    auto done = co_await merge(std::move(part), &held);
    co_return done;
}

Result<> Work::check_stop() const {
    if (control_.must_stop()) return fail(freshet::Errc::cancelled, "it was asked to stop");
    return {};
}

void Work::interrupt() {
    for (const std::string& plan : plans_) parts_.worker.cancel(plan);
}

io::Task<Result<Proposal>> Work::propose() {
    Proposal proposal;
    auto table = co_await parts_.tables.table(run_.table);
    if (!table) co_return pass(table);
    table_ = std::move(*table);
    auto all = co_await parts_.tables.parts(table_, run_.options.where);
    if (!all) co_return pass(all);
    proposal.figures.partitions = static_cast<std::int64_t>(all->size());
    for (const Part& part : *all) {
        auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
        if (!listed) {
            proposal.notes.push_back(fmt::format("{}: {}", part.name, listed.error().message()));
            continue;
        }
        count(run_.options.converts ? plan_convert(*listed, rules_for(part, {}))
                                    : plan_merge(*listed, rules_for(part, {})),
              proposal, part);
    }
    if (!run_.options.converts) proposal.figures.bytes_after = proposal.figures.bytes_before;
    co_return proposal;
}

PlanRules Work::rules_for(const Part& part, const Unfit& unfit) const {
    PlanRules rules;
    const Storage& storage = run_.options.converts && part.text ? *part.text : part.storage;
    rules.prefix = part.prefix.size();
    rules.format = storage.format;
    rules.serde = storage.serde;
    rules.target_bytes = run_.options.target_bytes;
    rules.has_text_beside = part.text && part.storage.format == sql::plan::Format::parquet;
    if (run_.options.age_min.count() > 0)
        rules.before = io::Core::current()->now() - run_.options.age_min;
    rules.unfit = unfit;
    return rules;
}

void Work::note(std::string text) {
    if (run_.notes.size() < limits::notes_max) run_.notes.push_back(std::move(text));
}

void Work::note_left(const Part& part, const std::vector<LeftAlone>& left) {
    for (const LeftAlone& one : left) {
        ++run_.figures.left_alone;
        note(fmt::format("s3://{}/{} is left alone: {}", part.bucket, one.key, one.why));
    }
}

}  // namespace freshet::maintenance
