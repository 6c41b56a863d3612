#include "app/ports/maintenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "catalog/expression.h"
#include "maintenance/errors.h"
#include "query/tables.h"
#include "sql/trino/types.h"

namespace freshet::app {
namespace {

using maintenance::Errc;

constexpr std::string_view own_parameter = "freshet.";

Home home_of(const maintenance::TableKey& key) { return {key.account, key.region}; }

Failure translated(const Error& error) {
    if (error.is(catalog::Errc::not_found)) return fail(Errc::not_found, error.message());
    if (error.is_of<catalog::Errc>()) return fail(Errc::invalid, error.message());
    return std::unexpected(error);
}

query::CatalogStorage to_query_storage(const catalog::Storage& storage) {
    query::CatalogStorage made;
    for (const catalog::Column& column : storage.columns)
        made.columns.push_back({column.name, column.type, column.comment});
    made.location = storage.location;
    made.input_format = storage.input_format;
    made.serde = storage.serde;
    made.serde_parameters = storage.serde_parameters;
    made.more_locations = storage.more_locations;
    return made;
}

query::CatalogTable to_query_table(const catalog::Table& table) {
    query::CatalogTable made;
    if (table.storage) static_cast<query::CatalogStorage&>(made) = to_query_storage(*table.storage);
    made.database = table.database;
    made.name = table.name;
    made.table_type = table.type;
    for (const catalog::Column& key : table.partition_keys)
        made.partition_keys.push_back({key.name, key.type, ""});
    made.parameters = table.parameters;
    made.view_original_text = table.view_original_text;
    return made;
}

/// How files are read: the serde's properties, over those of the table.
maintenance::Storage to_storage(const catalog::Storage& storage, const catalog::Properties& table) {
    maintenance::Storage made;
    const query::CatalogStorage of_query = to_query_storage(storage);
    made.serde = storage.serde;
    made.properties = table;
    for (const auto& [key, value] : storage.serde_parameters) made.properties[key] = value;
    if (!query::is_symlink(of_query) && storage.more_locations.empty())
        made.format = query::format_of(of_query);
    if (made.format == sql::plan::Format::orc) made.format.reset();  // read, not rewritten
    return made;
}

/// How text of the part is stored; nothing where only Parquet comes.
std::optional<maintenance::Storage> text_of(const catalog::Storage& storage,
                                            const catalog::Properties& parameters,
                                            const catalog::Properties& table) {
    const query::CatalogStorage of_query = to_query_storage(storage);
    if (query::format_of(of_query) != sql::plan::Format::parquet) return to_storage(storage, table);
    const auto text = query::text_beside(of_query, parameters);
    if (!text) return std::nullopt;
    catalog::Storage raw;
    raw.serde = text->serde;
    raw.serde_parameters = text->serde_parameters;
    return to_storage(raw, table);
}

void set_parquet(catalog::Storage& storage) {
    storage.input_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
    storage.output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
    storage.serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
    storage.serde_parameters = {{"serialization.format", "1"}};
    storage.is_compressed = false;
}

/// The descriptor becomes one of Parquet; what it was stays beside it.
void become_parquet(std::optional<catalog::Storage>& storage, catalog::Properties& parameters) {
    if (!storage) return;
    for (auto& [name, value] : query::text_parameters(to_query_storage(*storage)))
        parameters[name] = value;
    set_parquet(*storage);
    for (catalog::Properties* one : {&parameters, &storage->parameters}) {
        if (one->contains("classification")) (*one)["classification"] = "parquet";
        if (one->contains("compressionType")) (*one)["compressionType"] = "none";
    }
}

/// A column that comes back from another engine's table keeps Hive's name of its type.
std::vector<maintenance::Column> columns_of(const std::vector<catalog::Column>& list,
                                            const std::vector<sql::trino::TableColumn>& typed,
                                            std::size_t from) {
    std::vector<maintenance::Column> made;
    for (std::size_t i = 0; i < list.size(); ++i)
        made.push_back({list[i].name, list[i].type, typed.at(from + i).type});
    return made;
}

Result<maintenance::Part> part_of(const catalog::Storage& storage) {
    maintenance::Part part;
    if (!query::parse_location(storage.location, part.bucket, part.prefix))
        return fail(Errc::invalid,
                    fmt::format("the location is not an S3 path: {}", storage.location));
    if (!part.prefix.empty() && !part.prefix.ends_with('/')) part.prefix += '/';
    return part;
}

/// Of a table without partitions.
Result<maintenance::Part> whole_part(const catalog::Table& table) {
    FRESHET_TRY(part, part_of(*table.storage));
    part->storage = to_storage(*table.storage, table.parameters);
    part->text = text_of(*table.storage, table.parameters, table.parameters);
    return part;
}

/// `partition` has a storage.
Result<maintenance::Part> part_of(const catalog::Table& table, catalog::Partition partition) {
    FRESHET_TRY(part, part_of(*partition.storage));
    std::vector<query::CatalogColumn> keys;
    for (const catalog::Column& key : table.partition_keys)
        keys.push_back({key.name, key.type, ""});
    part->name = query::partition_path(keys, partition.values);
    part->storage = to_storage(*partition.storage, table.parameters);
    part->text = text_of(*partition.storage, partition.parameters, table.parameters);
    part->values = std::move(partition.values);
    return part;
}

}  // namespace

io::Task<Result<maintenance::Table>> MaintenanceTables::table(maintenance::TableKey key) {
    auto found = co_await catalog_.table(home_of(key), key.database, key.name);
    if (!found) co_return translated(found.error());
    const query::CatalogTable of_query = to_query_table(*found);
    if (query::is_view(of_query))
        co_return fail(Errc::invalid, fmt::format("{} is a view", key.path()));
    if (!found->storage || found->storage->location.empty())
        co_return fail(Errc::invalid, fmt::format("table {} has no location", key.path()));
    const sql::trino::TableInfo info = query::table_info(of_query);
    maintenance::Table made;
    made.key = {key.account, key.region, found->database, found->name};
    made.storage = to_storage(*found->storage, found->parameters);
    // A SerDe that nothing here reads is named with each object that is left alone.
    if (!info.is_readable && made.storage.format) co_return fail(Errc::invalid, info.why);
    made.columns = columns_of(found->storage->columns, info.columns, 0);
    made.partition_keys =
        columns_of(found->partition_keys, info.columns, found->storage->columns.size());
    made.location = found->storage->location;
    co_return made;
}

io::Task<Result<std::vector<maintenance::Part>>> MaintenanceTables::parts(maintenance::Table table,
                                                                          std::string where) {
    const Home home = home_of(table.key);
    auto found = co_await catalog_.table(home, table.key.database, table.key.name);
    if (!found) co_return translated(found.error());
    auto expression = catalog::Expression::parse(where, found->partition_keys);
    if (!expression)
        co_return fail(Errc::invalid,
                       fmt::format("WHERE {}: {}", where, expression.error().message()));
    std::vector<maintenance::Part> made;
    if (found->partition_keys.empty()) {
        auto part = whole_part(*found);
        if (!part) co_return pass(part);
        made.push_back(std::move(*part));
        co_return made;
    }
    auto all = co_await catalog_.partitions(home, table.key.database, table.key.name);
    if (!all) co_return translated(all.error());
    for (catalog::Partition& partition : *all) {
        if (!partition.storage || !expression->matches(partition.values)) continue;
        auto part = part_of(*found, std::move(partition));
        if (!part) co_return pass(part);
        made.push_back(std::move(*part));
    }
    co_return made;
}

io::Task<Result<maintenance::PartsPage>> MaintenanceTables::parts_page(maintenance::Table table,
                                                                       std::string after,
                                                                       std::size_t most) {
    const Home home = home_of(table.key);
    auto found = co_await catalog_.table(home, table.key.database, table.key.name);
    if (!found) co_return translated(found.error());
    maintenance::PartsPage made;
    if (found->partition_keys.empty()) {
        auto part = whole_part(*found);
        if (!part) co_return pass(part);
        made.parts.push_back(std::move(*part));
        co_return made;
    }
    auto page = co_await catalog_.partitions_page(
        home, table.key.database, table.key.name, std::move(after), most,
        [](const catalog::Partition& partition) { return partition.storage.has_value(); });
    if (!page) co_return translated(page.error());
    for (catalog::Partition& partition : page->items) {
        auto part = part_of(*found, std::move(partition));
        if (!part) co_return pass(part);
        made.parts.push_back(std::move(*part));
    }
    made.next = std::move(page->next);
    co_return made;
}

io::Task<Result<>> MaintenanceTables::create_parquet(maintenance::Table table) {
    catalog::Table made;
    made.database = table.key.database;
    made.name = table.key.name;
    made.type = "EXTERNAL_TABLE";
    made.parameters = {{"classification", "parquet"}, {"EXTERNAL", "TRUE"}};
    for (const auto& [name, value] : table.storage.properties) {
        if (name.starts_with(own_parameter)) made.parameters[name] = value;
    }
    made.storage.emplace();
    set_parquet(*made.storage);
    made.storage->location = table.location;
    made.storage->buckets = -1;
    for (const maintenance::Column& column : table.columns)
        made.storage->columns.push_back({column.name, column.type, "", {}});
    for (const maintenance::Column& key : table.partition_keys)
        made.partition_keys.push_back({key.name, key.type, "", {}});
    auto created = co_await catalog_.create_table(home_of(table.key), std::move(made));
    if (!created && !created.error().is(catalog::Errc::exists))
        co_return translated(created.error());
    co_return Result<>();
}

Result<> MaintenanceTables::become_parquet_in(meta::Txn& txn, const maintenance::Table& table,
                                              const maintenance::Part& part, Timestamp now) {
    const maintenance::TableKey& key = table.key;
    FRESHET_TRY(is, catalog::Catalog::table_in(txn, home_of(key), key.database, key.name));
    const bool has_same_columns =
        is->storage &&
        std::ranges::equal(is->storage->columns, table.columns,
                           [](const catalog::Column& one, const maintenance::Column& other) {
                               return one.name == other.name && one.type == other.type;
                           });
    if (!has_same_columns)
        return fail(Errc::failed, fmt::format("the columns of table {} were changed", key.path()));
    if (part.values.empty()) {
        return catalog::Catalog::change_table_in(
            txn, home_of(key), key.database, key.name,
            [](catalog::Table& one) { become_parquet(one.storage, one.parameters); }, now);
    }
    return catalog::Catalog::change_partition_in(
        txn, home_of(key), key.database, key.name, part.values, [&](catalog::Partition& partition) {
            become_parquet(partition.storage, partition.parameters);
            if (partition.storage) partition.storage->columns = is->storage->columns;
        });
}

Result<> MaintenanceTables::add_partition_in(meta::Txn& txn, const maintenance::TableKey& key,
                                             const std::vector<std::string>& values,
                                             const std::string& location, Timestamp now) {
    FRESHET_TRY(table, catalog::Catalog::table_in(txn, home_of(key), key.database, key.name));
    catalog::Partition made;
    made.values = values;
    made.storage = table->storage;
    if (!made.storage) made.storage.emplace();
    made.storage->location = location;
    auto created = catalog::Catalog::create_partition_in(txn, home_of(key), key.database, key.name,
                                                         std::move(made), now);
    if (!created && created.error().is(catalog::Errc::exists)) return {};
    return created;
}

io::Task<Result<sql::plan::Written>> MaintenanceWorker::write(std::string name,
                                                              sql::plan::WritePlan plan) {
    auto written = co_await worker_.write(std::move(plan), std::move(name));
    if (!written) co_return fail(Errc::failed, written.error().message);
    co_return std::move(*written);
}

io::Task<Result<sql::plan::Looked>> MaintenanceWorker::look(std::string name,
                                                            sql::plan::LookPlan plan) {
    auto looked = co_await worker_.look(std::move(plan), std::move(name));
    if (!looked) co_return fail(Errc::failed, looked.error().message);
    co_return std::move(*looked);
}

}  // namespace freshet::app
