// What the service does by itself: runs that policies ask for, and sources whose time has passed.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text/ascii.h"
#include "maintenance/maintenance.h"
#include "maintenance/run/listing.h"
#include "maintenance/run/work.h"
#include "maintenance/store.h"

namespace freshet::maintenance {

Result<> check_policy(const Policy& policy) {
    if (policy.files_over < 1 || policy.file_bytes_under < 1 || policy.idle_for.count() < 0)
        return fail(Errc::invalid, "files_over and file_mb_under are at least 1");
    return check_options(policy.table, policy.options);
}

io::Task<Result<>> Maintenance::set_policy(Policy policy) {
    if (auto good = check_policy(policy); !good) co_return good;
    policy.table.database = lower(policy.table.database);
    policy.table.name = lower(policy.table.name);
    policy.options.age_min = std::max(policy.idle_for, limits::policy_age_min);
    if (auto good = co_await check(policy.table, policy.options); !good) co_return good;
    policy.set = home_.now();
    auto written = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::put_policy(txn, policy); });
    if (!written) co_return written;
    policies_[policy.table] = std::move(policy);
    co_return Result<>();
}

io::Task<Result<>> Maintenance::remove_policy(TableKey table) {
    auto removed = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::remove_policy(txn, table); });
    if (!removed) co_return pass(removed);
    policies_.erase(table);
    if (!*removed)
        co_return fail(Errc::not_found, fmt::format("table {} has no policy", table.path()));
    co_return Result<>();
}

std::optional<Policy> Maintenance::policy(const TableKey& table) const {
    const auto found = policies_.find(table);
    if (found == policies_.end()) return std::nullopt;
    return found->second;
}

io::Task<void> Maintenance::keep_policies() {
    while (co_await stop_.sleep_until(home_.now() + limits::policy_every)) {
        std::vector<Policy> all;
        for (const auto& [table, policy] : policies_) all.push_back(policy);
        for (const Policy& policy : all) {
            if (stop_.was_requested()) co_return;
            if (!check_idle(policy.table)) continue;
            const bool must_run = co_await is_due(policy);
            if (!must_run) continue;
            auto begun = co_await begin(policy.table, policy.options, Origin::policy);
            if (!begun && !begun.error().is(Errc::running))
                log_warn("maintenance", "a policy's run did not begin",
                         {{"table", policy.table.path()}, {"reason", begun.error().message()}});
        }
    }
}

/// One of the partitions has the small files, or the text, that the policy is about, and nothing
/// was written to it lately.
io::Task<bool> Maintenance::is_due(Policy policy) {
    auto table = co_await parts_.tables.table(policy.table);
    if (!table) co_return false;
    auto all = co_await parts_.tables.parts(*table, policy.options.where);
    if (!all) co_return false;
    const Timestamp before = home_.now() - policy.options.age_min;
    for (const Part& part : *all) {
        auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
        if (!listed) continue;
        std::int64_t small = 0, text = 0;
        bool is_idle = true;
        for (const Listed& object : *listed) {
            if (object.size == 0 || !is_data(object.key, part.prefix.size())) continue;
            is_idle &= object.modified <= before;
            if (object.size < policy.file_bytes_under) ++small;
            if (part.text && !object.key.ends_with(".parquet")) ++text;
        }
        if (!is_idle) continue;
        if (policy.options.converts ? text > 0 : small > policy.files_over) co_return true;
    }
    co_return false;
}

io::Task<void> Maintenance::keep_expiring() {
    while (co_await stop_.sleep_until(home_.now() + limits::expire_every)) {
        while (true) {
            auto gone = co_await expire();
            if (!gone)
                log_warn("maintenance", "kept sources were not removed",
                         {{"reason", gone.error().message()}});
            if (!gone || *gone < limits::expire_at_once) break;
        }
    }
}

io::Task<Result<std::size_t>> Maintenance::expire() {
    const Timestamp now = home_.now();
    auto due = co_await parts_.database.read([&](const meta::Connection& connection) {
        return store::expired(connection, now, limits::expire_at_once);
    });
    if (!due) co_return pass(due);
    for (const store::Kept& kept : *due) {
        auto removed = co_await parts_.objects.remove(kept.bucket, kept.key);
        // Gone already, with its bucket or by itself, is as good.
        if (!removed && !removed.error().is_of<objects::Errc>()) co_return pass(removed);
    }
    auto forgotten = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        for (const store::Kept& kept : *due) {
            if (auto one = store::remove_kept(txn, kept); !one) return one;
        }
        return {};
    });
    if (!forgotten) co_return pass(forgotten);
    co_return due->size();
}

}  // namespace freshet::maintenance
