#include "query/planner.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "query/limits.h"
#include "query/tables.h"
#include "sql/trino/parse/parser.h"

namespace freshet::query {
namespace {

namespace trino = sql::trino;
using sql::ErrorCode;

constexpr std::size_t relations_max = 1000;

Problem catalog_problem(const Error& error) {
    return problem_of(ErrorCode::hive_metastore_error, error.message());
}

/// Files whose name begins with '_' or '.' are hidden; so are markers of folders.
bool is_hidden(const std::string& key, std::size_t prefix) {
    for (std::size_t at = prefix; at < key.size();) {
        if (key[at] == '_' || key[at] == '.') return true;
        const auto slash = key.find('/', at);
        if (slash == std::string::npos) return false;
        at = slash + 1;
    }
    return key.ends_with('/');
}

void set_storage(sql::plan::ScanPlan& plan, const CatalogTable& table,
                 const CatalogStorage& storage) {
    plan.format = *format_of(storage);
    plan.properties = table.parameters;
    for (const auto& [key, value] : storage.serde_parameters) plan.properties[key] = value;
}

/// The plan that reads what is stored so, made when there is none; nullptr when there are too many.
sql::plan::ScanPlan* plan_with(std::vector<sql::plan::ScanPlan>& plans, const CatalogTable& table,
                               const CatalogStorage& storage) {
    sql::plan::ScanPlan wanted;
    set_storage(wanted, table, storage);
    const auto same = [&](const sql::plan::ScanPlan& plan) {
        return plan.format == wanted.format && plan.properties == wanted.properties;
    };
    if (const auto found = std::ranges::find_if(plans, same); found != plans.end()) return &*found;
    if (plans.size() >= limits::storages_max) return nullptr;
    wanted.columns = plans[0].columns;
    return &plans.emplace_back(std::move(wanted));
}

/// Each file gets a partition of its own, whose last key is its name.
void add_paths(sql::plan::ScanPlan& plan) {
    plan.columns.push_back({std::string(trino::path_column), trino::varchar_type(), true, true});
    std::vector<std::vector<std::optional<std::string>>> partitions;
    for (auto& file : plan.files) {
        FRESHET_CHECK(file.partition < plan.partitions.size());
        auto& keys = partitions.emplace_back(plan.partitions[file.partition]);
        keys.emplace_back(file.name);
        file.partition = static_cast<std::uint32_t>(partitions.size() - 1);
    }
    plan.partitions = std::move(partitions);
}

sql::plan::File file_of(const std::string& bucket, LocatedObject object, std::uint32_t partition) {
    sql::plan::File file{"s3://" + bucket + "/" + object.key, object.size, partition, {}};
    for (auto& extent : object.extents)
        file.extents.push_back(
            {std::move(extent.path), extent.offset, extent.size, std::move(extent.key)});
    return file;
}

}  // namespace

io::Task<Outcome<Planner::Loaded>> Planner::load(Home home, const trino::Query& query,
                                                 std::string database) {
    Loaded loaded;
    std::set<std::string> seen;
    std::vector<std::string> wanted = trino::referenced_tables(query, database);
    while (!wanted.empty()) {
        const std::string key = wanted.back();
        wanted.pop_back();
        if (!seen.insert(key).second) continue;
        if (seen.size() > relations_max)
            co_return std::unexpected(
                problem_of(ErrorCode::query_too_complex, "the statement names too many relations"));
        const auto dot = key.find('.');
        auto table = co_await catalog_.table(home, key.substr(0, dot), key.substr(dot + 1));
        if (!table) {
            if (table.error().is(PortErrc::not_found)) continue;
            co_return std::unexpected(catalog_problem(table.error()));
        }
        trino::TableInfo info = table_info(*table);
        if (info.is_view) {
            auto names = co_await pool_.run([&] {
                auto parsed = trino::parse_statement(info.view_sql);
                return parsed && parsed->query
                           ? trino::referenced_tables(*parsed->query, info.view_database)
                           : std::vector<std::string>();
            });
            for (auto& name : names) wanted.push_back(std::move(name));
        }
        loaded.infos[key] = std::move(info);
        loaded.tables[key] = std::move(*table);
    }
    co_return loaded;
}

io::Task<Outcome<trino::Analyzed>> Planner::analyze(Home home, const trino::Query& query,
                                                    const trino::Context& context) {
    auto loaded = co_await load(std::move(home), query, context.database);
    if (!loaded) co_return pass(loaded);
    auto analyzed =
        co_await pool_.run([&] { return trino::analyze(query, loaded->infos, context); });
    if (!analyzed)
        co_return std::unexpected(problem_of(analyzed.error().code, analyzed.error().text()));
    co_return std::move(*analyzed);
}

io::Task<Outcome<Planner::Planned>> Planner::plan(Home home, const trino::Query& query,
                                                  const trino::Context& context) {
    auto loaded = co_await load(home, query, context.database);
    if (!loaded) co_return pass(loaded);
    auto analyzed =
        co_await pool_.run([&] { return trino::analyze(query, loaded->infos, context); });
    if (!analyzed)
        co_return std::unexpected(problem_of(analyzed.error().code, analyzed.error().text()));
    Planned planned;
    planned.columns = analyzed->columns;
    planned.plan.sql = std::move(analyzed->sql);
    for (const auto& column : analyzed->columns) planned.plan.columns.push_back(column.type);
    for (std::size_t i = 0; i < analyzed->scans.size(); ++i) {
        const auto& one = analyzed->scans[i];
        auto made =
            co_await scans(home, loaded->tables.at(one.table), loaded->infos.at(one.table), one);
        if (!made) co_return pass(made);
        for (auto& part : *made) {
            if (one.used.back()) add_paths(part);
            part.view = static_cast<std::uint32_t>(i);
            planned.plan.scans.push_back(std::move(part));
        }
    }
    co_return planned;
}

io::Task<Outcome<std::vector<sql::plan::ScanPlan>>> Planner::scans(Home home,
                                                                   const CatalogTable& table,
                                                                   const trino::TableInfo& info,
                                                                   const trino::Scan& scan) {
    FRESHET_CHECK(scan.used.size() == info.columns.size() + 1);  // the last is path_column
    sql::plan::ScanPlan first;
    for (std::size_t i = 0; i < info.columns.size(); ++i)
        first.columns.push_back({info.columns[i].name, info.columns[i].type,
                                 info.columns[i].is_partition_key, scan.used[i]});
    set_storage(first, table, table);
    std::vector<sql::plan::ScanPlan> plans{std::move(first)};
    if (table.partition_keys.empty()) {
        auto whole = co_await place(home, table, nullptr);
        if (!whole) co_return pass(whole);
        auto added = co_await add_files(table, std::move(*whole), {}, plans);
        if (!added) co_return pass(added);
        co_return plans;
    }
    auto partitions = co_await catalog_.partitions(home, table.database, table.name);
    if (!partitions) co_return std::unexpected(catalog_problem(partitions.error()));
    for (const auto& partition : *partitions) {
        std::vector<std::optional<std::string>> values(info.columns.size());
        std::vector<std::optional<std::string>> keys;
        for (std::size_t i = 0; i < partition.values.size() && i < table.partition_keys.size();
             ++i) {
            if (partition.values[i] != "__HIVE_DEFAULT_PARTITION__")
                values[table.columns.size() + i] = partition.values[i];
            keys.push_back(values[table.columns.size() + i]);
        }
        keys.resize(table.partition_keys.size());
        const bool may_hold_rows = std::ranges::all_of(
            scan.filters,
            [&](const trino::PartitionFilter& filter) { return trino::may_match(filter, values); });
        if (!may_hold_rows) continue;
        auto placed = co_await place(home, table, &partition);
        if (!placed) co_return pass(placed);
        const CatalogPartition now{partition.values, placed->storage, {}};
        if (const auto refused = partition_refusal(table, now))
            co_return std::unexpected(problem_of(refused->code, refused->why));
        auto added = co_await add_files(table, std::move(*placed), std::move(keys), plans);
        if (!added) co_return pass(added);
    }
    co_return plans;
}

io::Task<Outcome<Planner::Place>> Planner::place(Home home, const CatalogTable& table,
                                                 const CatalogPartition* partition) {
    Place made{partition ? partition->storage : static_cast<const CatalogStorage&>(table),
               partition ? partition->parameters : table.parameters,
               "",
               {}};
    auto located = co_await locate(&made);
    if (!located) co_return pass(located);
    const bool may_be_converted =
        format_of(made.storage) != sql::plan::Format::parquet &&
        std::ranges::any_of(made.objects, is_named_parquet, &LocatedObject::key);
    if (!may_be_converted) co_return made;
    // Text became Parquet after its storage was read: what is stored is read again, then located.
    // It never becomes text again, so the second look is of one moment.
    CatalogPartition now{{}, made.storage, made.parameters};
    if (partition) {
        auto found =
            co_await catalog_.partition(home, table.database, table.name, partition->values);
        if (found) now = std::move(*found);
    } else {
        auto found = co_await catalog_.table(home, table.database, table.name);
        if (found) now = {{}, *found, found->parameters};
    }
    if (now.storage.serde == made.storage.serde) co_return made;
    made.storage = std::move(now.storage);
    made.parameters = std::move(now.parameters);
    located = co_await locate(&made);
    if (!located) co_return pass(located);
    co_return made;
}

io::Task<Outcome<bool>> Planner::locate(Place* place) {
    const std::string& location = place->storage.location;
    std::string prefix;
    if (!parse_location(location, place->bucket, prefix))
        co_return std::unexpected(problem_of(ErrorCode::hive_invalid_metadata,
                                             "the location is not an S3 path: " + location));
    const bool may_be_object = !prefix.empty() && !prefix.ends_with('/');
    if (may_be_object) prefix += '/';
    auto objects = co_await objects_.locate(place->bucket, prefix);
    if (objects && objects->empty() && may_be_object) {
        // A crawler whose path is one object makes such a table.
        prefix.pop_back();
        objects = co_await objects_.locate(place->bucket, prefix);
        if (objects)
            std::erase_if(*objects,
                          [&](const LocatedObject& object) { return object.key != prefix; });
    }
    if (!objects) {
        co_return std::unexpected(
            problem_of(objects.error().is(PortErrc::not_found) ? ErrorCode::hive_filesystem_error
                                                               : ErrorCode::generic_internal_error,
                       "listing " + location + ": " + objects.error().message()));
    }
    std::erase_if(*objects, [&](const LocatedObject& object) {
        return object.size == 0 || is_hidden(object.key, prefix.size());
    });
    place->objects = std::move(*objects);
    co_return true;
}

io::Task<Outcome<bool>> Planner::add_files(const CatalogTable& table, Place place,
                                           std::vector<std::optional<std::string>> keys,
                                           std::vector<sql::plan::ScanPlan>& plans) {
    const auto text = text_beside(place.storage, place.parameters);
    std::vector<LocatedObject> beside;  // of a partition that was converted: text that came later
    if (text) {
        std::vector<LocatedObject> converted;
        for (LocatedObject& object : place.objects)
            (is_named_parquet(object.key) ? converted : beside).push_back(std::move(object));
        place.objects = std::move(converted);
    }
    for (const bool is_text : {false, true}) {
        const CatalogStorage* storage = is_text ? (text ? &*text : nullptr) : &place.storage;
        if (!storage) continue;
        sql::plan::ScanPlan* plan = plan_with(plans, table, *storage);
        if (plan == nullptr) {
            co_return std::unexpected(problem_of(ErrorCode::query_too_complex,
                                                 "the partitions of table " + table.database + "." +
                                                     table.name + " are stored in more than " +
                                                     std::to_string(limits::storages_max) +
                                                     " formats"));
        }
        plan->partitions.push_back(keys);
        const auto partition = static_cast<std::uint32_t>(plan->partitions.size() - 1);
        for (auto& object : is_text ? beside : place.objects) {
            if (!is_symlink(*storage)) {
                plan->files.push_back(file_of(place.bucket, std::move(object), partition));
                continue;
            }
            auto added =
                co_await add_named_files(place.bucket, std::move(object), partition, *plan);
            if (!added) co_return added;
        }
    }
    co_return true;
}

io::Task<Outcome<bool>> Planner::add_named_files(std::string bucket, LocatedObject names,
                                                 std::uint32_t partition,
                                                 sql::plan::ScanPlan& plan) {
    const std::string symlink = "s3://" + bucket + "/" + names.key;
    const auto bad = [&](const std::string& why) {
        return std::unexpected(problem_of(ErrorCode::hive_bad_data,
                                          "Error parsing symlinks from: " + symlink + ": " + why));
    };
    if (names.size > limits::symlink_bytes_max)
        co_return bad("it is larger than " + std::to_string(limits::symlink_bytes_max >> 20U) +
                      " MiB");
    auto text = co_await objects_.read(bucket, names.key, 0, names.size);
    if (!text)
        co_return std::unexpected(problem_of(ErrorCode::hive_filesystem_error,
                                             "reading " + symlink + ": " + text.error().message()));
    std::string_view left = text->view();
    while (!left.empty()) {
        const auto end = std::min(left.find('\n'), left.size());
        std::string line(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
        if (line.empty()) continue;
        std::string of_bucket, key;
        if (!parse_location(line, of_bucket, key) || key.empty())
            co_return bad("'" + line + "' is not the S3 path of a file");
        auto found = co_await objects_.locate(of_bucket, key);
        const bool was_found = found && !found->empty() && found->front().key == key;
        if (!was_found)
            co_return std::unexpected(
                problem_of(ErrorCode::hive_cannot_open_split, "Error opening Hive split " + line +
                                                                  ": the file that " + symlink +
                                                                  " names does not exist"));
        if (found->front().size > 0)
            plan.files.push_back(file_of(of_bucket, std::move(found->front()), partition));
    }
    co_return true;
}

}  // namespace freshet::query
