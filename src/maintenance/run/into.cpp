// Text of a table as Parquet in a second one. What was converted together is a batch: its sources
// with their versions, and its outputs. A batch of which a source was replaced or removed is
// replaced as a whole; new objects become batches of their own.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "maintenance/run/listing.h"
#include "maintenance/run/work.h"

namespace freshet::maintenance {
namespace {

using sql::plan::TextForm;

struct Location {
    std::string bucket, prefix;  ///< ends in '/' or is empty
};

Location location_of(const Table& table) {
    std::string_view text = table.location;
    text.remove_prefix(std::min<std::size_t>(text.find("://") + 3, text.size()));
    const auto slash = std::min(text.find('/'), text.size());
    Location made{std::string(text.substr(0, slash)),
                  std::string(text.substr(std::min(slash + 1, text.size())))};
    if (!made.prefix.empty() && !made.prefix.ends_with('/')) made.prefix += '/';
    return made;
}

/// Beside the source: "s3://lake/crimes/" gives "s3://lake/NAME/".
std::string location_beside(const Table& source, const std::string& name) {
    const Location place = location_of(source);
    const std::string_view inner(place.prefix.data(),
                                 place.prefix.empty() ? 0 : place.prefix.size() - 1);
    const auto slash = inner.rfind('/');
    const std::string folder = slash == inner.npos ? "" : std::string(inner.substr(0, slash + 1));
    return fmt::format("s3://{}/{}{}/", place.bucket, folder, name);
}

std::string source_name(const Part& part, const std::string& key) {
    return part.bucket + "/" + key;
}

/// What a column may become: for each fit that no text refuses, how often it was seen.
struct Candidates {
    std::uint64_t texts = 0;
    std::optional<std::vector<sql::plan::Fit>> fits;  ///< none before the first texts

    void take(const sql::plan::LookedColumn& column) {
        if (column.texts == 0) return;
        texts += column.texts;
        std::vector<sql::plan::Fit> good;
        for (const sql::plan::Fit& fit : column.fits) {
            const bool was_good =
                !fits || std::ranges::any_of(*fits, [&](const sql::plan::Fit& one) {
                    return one.type == fit.type && one.form == fit.form;
                });
            if (fit.misfits == 0 && was_good) good.push_back(fit);
        }
        fits = std::move(good);
    }
};

const char* word_of(TextForm form) {
    switch (form) {
        case TextForm::iso:
            return "iso";
        case TextForm::us:
            return "us";
        case TextForm::plain:
            break;
    }
    return "plain";
}

sql::trino::Type engine_type(const std::string& hive) {
    return sql::trino::parse_hive_type(hive).value_or(sql::trino::Type{});
}

}  // namespace

struct Work::Changed {
    std::vector<Group> groups;
    std::vector<LeftAlone> left;
    std::vector<std::int64_t> batches_gone;
    std::set<std::string> outputs_gone;
};

io::Task<Result<>> Work::prepare_target(std::vector<Part> parts) {
    const TableKey key = table_of(run_.table, run_.options.into);
    auto found = co_await parts_.tables.table(key);
    if (!found && !found.error().is(Errc::not_found)) co_return pass(found);
    if (!found) {
        Table made = table_;
        made.key = key;
        made.location = location_beside(table_, key.name);
        made.storage = {sql::plan::Format::parquet, "", {}};
        if (run_.options.narrows) {
            target_ = made;
            auto columns = co_await narrowed(parts);
            if (!columns) co_return pass(columns);
            made.columns = std::move(*columns);
            made.storage.properties = target_.storage.properties;
        }
        if (auto created = co_await parts_.tables.create_parquet(made); !created) co_return created;
        found = co_await parts_.tables.table(key);
        if (!found) co_return pass(found);
    }
    target_ = std::move(*found);
    if (target_.storage.format != sql::plan::Format::parquet)
        co_return fail(Errc::invalid, fmt::format("table {} does not hold Parquet", key.path()));
    const Location from = location_of(table_), to = location_of(target_);
    const bool overlaps = from.bucket == to.bucket && (from.prefix.starts_with(to.prefix) ||
                                                       to.prefix.starts_with(from.prefix));
    if (overlaps)
        co_return fail(Errc::invalid,
                       fmt::format("{} and {} overlap", table_.location, target_.location));
    auto batches = co_await parts_.database.read(
        [&](const meta::Connection& c) { return store::load_batches(c, key); });
    if (!batches) co_return pass(batches);
    batches_.clear();
    for (store::Batch& batch : *batches) batches_[batch.part].push_back(std::move(batch));
    co_return Result<>();
}

io::Task<Result<std::vector<Column>>> Work::narrowed(std::vector<Part> parts) {
    std::map<std::string, Candidates> candidates;
    for (const Part& part : parts) {
        if (!part.text || part.text->format == sql::plan::Format::parquet) continue;
        const auto hold = parts_.objects.hold();
        auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
        if (!listed) co_return pass(listed);
        for (const Group& group : plan_convert(*listed, rules_for(part, {})).groups) {
            sql::plan::LookPlan plan;
            auto scan = co_await scan_of(part, *part.text, group, table_.columns);
            if (!scan) co_return pass(scan);
            plan.source = std::move(*scan);
            plan.memory_mib = limits::worker_memory_mib;
            plan.spill_directory = parts_.objects.scratch_directory();
            const std::string name = "look-" + run_.id;
            plans_.insert(name);
            auto looked = co_await parts_.worker.look(name, std::move(plan));
            plans_.erase(name);
            if (!looked) co_return pass(looked);
            for (const sql::plan::LookedColumn& column : looked->columns)
                candidates[column.name].take(column);
        }
    }
    std::vector<Column> columns = table_.columns;
    for (Column& column : columns) {
        const auto found = candidates.find(column.name);
        if (found == candidates.end() || !found->second.fits) continue;
        const Candidates& one = found->second;
        if (one.fits->empty()) {
            note(fmt::format("column {} stays {}: its {} texts have no narrower type in common",
                             column.name, column.type, one.texts));
            continue;
        }
        const sql::plan::Fit& fit = one.fits->front();
        note(fmt::format("column {} is {} in {}: all of its {} texts are", column.name, fit.type,
                         run_.options.into, one.texts));
        column.type = fit.type;
        column.engine_type = engine_type(fit.type);
        if (fit.form != TextForm::plain)
            target_.storage.properties["freshet.form." + column.name] = word_of(fit.form);
    }
    co_return columns;
}

io::Task<Result<>> Work::convert_into(Part part) {
    if (!part.text || part.text->format == sql::plan::Format::parquet) {
        note(fmt::format("{} is Parquet already", part.name));
        co_return Result<>();
    }
    for (int tries = 0; tries < limits::tries_max; ++tries) {
        auto changed = co_await changed_of(part);
        if (!changed) co_return pass(changed);
        note_left(part, changed->left);
        if (changed->groups.empty() && changed->batches_gone.empty()) co_return Result<>();
        auto done = co_await replace_batches(part, std::move(*changed));
        if (done) co_return Result<>();
        if (!done.error().is(objects::Errc::condition)) co_return pass(done);
        ++run_.figures.retries;
    }
    co_return fail(Errc::failed, fmt::format("its objects were replaced during each of {} tries",
                                             limits::tries_max));
}

io::Task<Result<Work::Changed>> Work::changed_of(Part part) {
    auto listed = co_await list_objects(parts_.objects, part.bucket, part.prefix);
    if (!listed) co_return pass(listed);
    std::map<std::string, std::string> versions;
    for (const Listed& one : *listed) versions[source_name(part, one.key)] = one.version;
    Changed changed;
    std::set<std::string> converted;
    for (const store::Batch& batch : batches_[part.name]) {
        const bool is_current = std::ranges::all_of(batch.sources, [&](const auto& source) {
            const auto now = versions.find(source.first);
            return now != versions.end() && now->second == source.second;
        });
        if (is_current) {
            for (const auto& [key, version] : batch.sources) converted.insert(key);
            continue;
        }
        changed.batches_gone.push_back(batch.id);
        changed.outputs_gone.insert(batch.outputs.begin(), batch.outputs.end());
    }
    std::erase_if(
        *listed, [&](const Listed& one) { return converted.contains(source_name(part, one.key)); });
    Plan plan = plan_convert(*listed, rules_for(part, {}));
    changed.groups = std::move(plan.groups);
    changed.left = std::move(plan.left);
    co_return changed;
}

io::Task<Result<>> Work::replace_batches(Part part, Changed changed) {
    const Location place = location_of(target_);
    const std::string folder = place.prefix + (part.name.empty() ? "" : part.name + "/");
    Change change;
    change.part = part;
    change.batches_gone = std::move(changed.batches_gone);
    change.swap.bucket = place.bucket;
    for (const std::string& key : changed.outputs_gone) {
        auto found = co_await parts_.objects.find(place.bucket, key);
        if (!found && found.error().is(objects::Errc::no_key)) continue;
        if (!found) co_return pass(found);
        change.swap.removed.push_back({key, objects::version_of(*found)});
        change.by.files_after -= key.ends_with(".parquet") ? 1 : 0;
        change.by.bytes_after -= static_cast<std::int64_t>(found->size);
    }
    for (Group& group : changed.groups) {
        if (auto go_on = check_stop(); !go_on) {
            co_await discard(std::move(change.swap.added));
            co_return go_on;
        }
        Unfit unfit;
        std::optional<Result<Written>> written;
        while (!group.sources.empty()) {
            written = co_await write_parquet(part, *part.text, group,
                                             {place.bucket, folder, place.prefix}, target_.columns,
                                             &unfit);
            if (*written || !written->error().is(Errc::unfit)) break;
            std::erase_if(group.sources,
                          [&](const Listed& one) { return unfit.contains(one.key); });
        }
        for (const auto& [key, why] : unfit) note_left(part, {{key, why}});
        if (group.sources.empty()) continue;
        if (!*written) {
            co_await discard(std::move(change.swap.added));
            co_return pass(*written);
        }
        store::Batch& batch = change.batches.emplace_back();
        batch.target = target_.key;
        batch.part = part.name;
        for (const Listed& source : group.sources)
            batch.sources[source_name(part, source.key)] = source.version;
        for (objects::Swap::Added& added : (*written)->added) {
            batch.outputs.insert(added.key);
            change.swap.added.push_back(std::move(added));
        }
        change.by.rows_read += (*written)->rows + (*written)->rejected;
        change.by.rows_written += (*written)->rows;
        change.by.rows_rejected += (*written)->rejected;
        change.by.files_after += (*written)->files;
        change.by.bytes_after += (*written)->bytes;
    }
    if (change.batches.empty() && change.batches_gone.empty()) co_return Result<>();
    if (!part.values.empty() && !change.batches.empty())
        change.registers = fmt::format("s3://{}/{}", place.bucket, folder);
    auto done = co_await commit(std::move(change));
    co_return done;
}

/// What was made of partitions that are gone from the source table goes, too.
io::Task<Result<>> Work::remove_parts_without_source(std::vector<Part> parts) {
    if (!run_.options.where.empty()) co_return Result<>();  // not all of them were looked at
    std::set<std::string> there;
    for (const Part& part : parts) there.insert(part.name);
    for (const auto& [name, batches] : batches_) {
        if (there.contains(name)) continue;
        Part gone;
        gone.name = name;
        Changed changed;
        for (const store::Batch& batch : batches) {
            changed.batches_gone.push_back(batch.id);
            changed.outputs_gone.insert(batch.outputs.begin(), batch.outputs.end());
        }
        if (changed.batches_gone.empty()) continue;
        auto done = co_await replace_batches(std::move(gone), std::move(changed));
        if (!done) co_return pass(done);
    }
    co_return Result<>();
}

}  // namespace freshet::maintenance
