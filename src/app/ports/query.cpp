#include "app/ports/query.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace freshet::app {
namespace {

Failure translated(const Error& error) {
    if (error.is(catalog::Errc::not_found) || error.is(objects::Errc::no_bucket) ||
        error.is(objects::Errc::no_key))
        return fail(query::PortErrc::not_found, error.message());
    if (error.is(catalog::Errc::exists)) return fail(query::PortErrc::exists, error.message());
    return fail(query::PortErrc::refused, error.message());
}

template <class T>
Result<> plain(const Result<T>& result) {
    if (!result) return translated(result.error());
    return {};
}

query::CatalogDatabase to_query_database(catalog::Database database) {
    return {std::move(database.name), std::move(database.description), std::move(database.location),
            std::move(database.parameters)};
}

std::vector<query::CatalogColumn> columns_of(const std::vector<catalog::Column>& list) {
    std::vector<query::CatalogColumn> made;
    for (const auto& column : list) made.push_back({column.name, column.type, column.comment});
    return made;
}
/// A column that was there keeps what a query does not know of it.
void set_columns(std::vector<catalog::Column>& columns,
                 const std::vector<query::CatalogColumn>& list) {
    const std::vector<catalog::Column> before = std::exchange(columns, {});
    for (const auto& column : list) {
        const auto known = std::ranges::find(before, column.name, &catalog::Column::name);
        columns.push_back({column.name, column.type, column.comment,
                           known == before.end() ? catalog::Properties() : known->parameters});
    }
}

query::CatalogStorage to_query_storage(catalog::Storage storage) {
    query::CatalogStorage made;
    made.columns = columns_of(storage.columns);
    made.location = std::move(storage.location);
    made.input_format = std::move(storage.input_format);
    made.output_format = std::move(storage.output_format);
    made.serde = std::move(storage.serde);
    made.serde_parameters = std::move(storage.serde_parameters);
    made.more_locations = std::move(storage.more_locations);
    return made;
}

query::CatalogPartition to_query_partition(catalog::Partition partition) {
    query::CatalogPartition made;
    made.values = std::move(partition.values);
    made.parameters = std::move(partition.parameters);
    if (partition.storage) made.storage = to_query_storage(std::move(*partition.storage));
    return made;
}

query::CatalogTable to_query_table(catalog::Table table) {
    query::CatalogTable made;
    if (table.storage)
        static_cast<query::CatalogStorage&>(made) = to_query_storage(std::move(*table.storage));
    made.database = std::move(table.database);
    made.name = std::move(table.name);
    made.table_type = std::move(table.type);
    made.comment = std::move(table.description);
    made.partition_keys = columns_of(table.partition_keys);
    made.parameters = std::move(table.parameters);
    made.view_original_text = std::move(table.view_original_text);
    made.view_expanded_text = std::move(table.view_expanded_text);
    made.created = table.created;
    return made;
}

/// `made` with what the query service knows of a table; the rest of it stays.
catalog::Table to_catalog_table(query::CatalogTable table, catalog::Table made) {
    made.database = std::move(table.database);
    made.name = std::move(table.name);
    made.type = std::move(table.table_type);
    made.description = std::move(table.comment);
    set_columns(made.partition_keys, table.partition_keys);
    made.parameters = std::move(table.parameters);
    made.view_original_text = std::move(table.view_original_text);
    made.view_expanded_text = std::move(table.view_expanded_text);
    if (!made.storage) made.storage.emplace();
    catalog::Storage& storage = *made.storage;
    set_columns(storage.columns, table.columns);
    storage.location = std::move(table.location);
    storage.input_format = std::move(table.input_format);
    storage.output_format = std::move(table.output_format);
    storage.serde = std::move(table.serde);
    storage.serde_parameters = std::move(table.serde_parameters);
    storage.more_locations = std::move(table.more_locations);
    return made;
}

}  // namespace

io::Task<void> QueryCatalog::make_default(Home home) {
    catalog::Database database;
    database.name = "default";
    // Already existing is fine.
    auto made = co_await catalog_.create_database(std::move(home), std::move(database));
    (void)made;
}

io::Task<Result<std::vector<query::CatalogDatabase>>> QueryCatalog::databases(Home home) {
    co_await make_default(home);
    auto found = co_await catalog_.databases(home);
    if (!found) co_return translated(found.error());
    std::vector<query::CatalogDatabase> made;
    for (auto& database : *found) made.push_back(to_query_database(std::move(database)));
    co_return made;
}

io::Task<Result<query::CatalogDatabase>> QueryCatalog::database(Home home, std::string name) {
    if (name == "default") co_await make_default(home);
    auto found = co_await catalog_.database(home, std::move(name));
    if (!found) co_return translated(found.error());
    co_return to_query_database(std::move(*found));
}

io::Task<Result<>> QueryCatalog::create_database(Home home, query::CatalogDatabase database) {
    catalog::Database made;
    made.name = std::move(database.name);
    made.description = std::move(database.description);
    made.location = std::move(database.location);
    made.parameters = std::move(database.parameters);
    auto done = co_await catalog_.create_database(home, std::move(made));
    co_return plain(done);
}

io::Task<Result<>> QueryCatalog::drop_database(Home home, std::string name) {
    auto done = co_await catalog_.drop_database(home, std::move(name));
    co_return plain(done);
}

io::Task<Result<std::vector<query::CatalogTable>>> QueryCatalog::tables(Home home,
                                                                        std::string database) {
    if (database == "default") co_await make_default(home);
    auto found = co_await catalog_.tables(home, std::move(database));
    if (!found) co_return translated(found.error());
    std::vector<query::CatalogTable> made;
    for (auto& table : *found) made.push_back(to_query_table(std::move(table)));
    co_return made;
}

io::Task<Result<query::CatalogTable>> QueryCatalog::table(Home home, std::string database,
                                                          std::string name) {
    auto found = co_await catalog_.table(home, std::move(database), std::move(name));
    if (!found) co_return translated(found.error());
    co_return to_query_table(std::move(*found));
}

io::Task<Result<>> QueryCatalog::create_table(Home home, query::CatalogTable table) {
    auto done = co_await catalog_.create_table(home, to_catalog_table(std::move(table), {}));
    co_return plain(done);
}

io::Task<Result<>> QueryCatalog::update_table(Home home, query::CatalogTable table) {
    auto found = co_await catalog_.table(home, table.database, table.name);
    if (!found) co_return translated(found.error());
    auto made = to_catalog_table(std::move(table), std::move(*found));
    auto done = co_await catalog_.update_table(home, std::move(made), std::nullopt);
    co_return plain(done);
}

io::Task<Result<>> QueryCatalog::drop_table(Home home, std::string database, std::string name) {
    auto done = co_await catalog_.drop_table(home, std::move(database), std::move(name));
    co_return plain(done);
}

io::Task<Result<std::vector<query::CatalogPartition>>> QueryCatalog::partitions(
    Home home, std::string database, std::string table) {
    auto found = co_await catalog_.partitions(home, std::move(database), std::move(table));
    if (!found) co_return translated(found.error());
    std::vector<query::CatalogPartition> made;
    for (auto& partition : *found) made.push_back(to_query_partition(std::move(partition)));
    co_return made;
}

io::Task<Result<query::CatalogPartition>> QueryCatalog::partition(Home home, std::string database,
                                                                  std::string table,
                                                                  std::vector<std::string> values) {
    auto found =
        co_await catalog_.partition(home, std::move(database), std::move(table), std::move(values));
    if (!found) co_return translated(found.error());
    co_return to_query_partition(std::move(*found));
}

io::Task<Result<>> QueryCatalog::create_partitions(
    Home home, std::string database, std::string table,
    std::vector<query::CatalogPartition> partitions) {
    auto found = co_await catalog_.table(home, database, table);
    if (!found) co_return translated(found.error());
    for (auto& partition : partitions) {
        catalog::Partition made;
        made.values = std::move(partition.values);
        made.storage = found->storage;
        if (!made.storage) made.storage.emplace();
        made.storage->location = std::move(partition.storage.location);
        auto done = co_await catalog_.create_partition(home, database, table, std::move(made));
        if (!done) co_return translated(done.error());
    }
    co_return Result<>();
}

io::Task<Result<>> QueryCatalog::drop_partition(Home home, std::string database, std::string table,
                                                std::vector<std::string> values) {
    auto done = co_await catalog_.drop_partition(home, std::move(database), std::move(table),
                                                 std::move(values));
    co_return plain(done);
}

namespace {

/// The id of a new run, or of the one of these options that is under way: of the same statement,
/// when the server's end cut it short. Home core of `maintenance`.
io::Task<Result<std::string>> begin_run(maintenance::Maintenance& maintenance,
                                        maintenance::TableKey table, maintenance::Options options) {
    auto begun = co_await maintenance.begin(table, options, maintenance::Origin::statement);
    const bool is_busy = !begun && begun.error().is(maintenance::Errc::running);
    if (auto running = maintenance.running(table, options); is_busy && running)
        co_return std::move(*running);
    co_return begun;
}

Failure of_maintenance(const Error& error) {
    if (error.is(maintenance::Errc::not_found))
        return fail(query::PortErrc::not_found, error.message());
    return fail(query::PortErrc::refused, error.message());
}

/// Nobody waits for it: what it may answer is that the run has ended.
io::Task<void> halt_run(maintenance::Maintenance& maintenance, Home home, std::string id) {
    [[maybe_unused]] auto ignored = co_await maintenance.halt(std::move(home), std::move(id));
}

}  // namespace

io::Task<Result<>> QueryCatalog::optimize(Home home, query::Rewrite rewrite,
                                          query::Cancel& cancel) {
    maintenance::Options options;
    options.where = std::move(rewrite.where);
    options.converts = rewrite.converts;
    options.into = std::move(rewrite.into);
    maintenance::TableKey table{home.account, home.region, std::move(rewrite.database),
                                std::move(rewrite.table)};
    io::Core& core = maintenance_.home();
    auto begun =
        co_await io::run_on(core, begin_run(maintenance_, std::move(table), std::move(options)));
    if (!begun) co_return of_maintenance(begun.error());
    cancel.ends_by(
        [this, &core, home, id = *begun] { io::detach(core, halt_run(maintenance_, home, id)); });
    auto ended = co_await io::run_on(core, maintenance_.ended(home, *begun));
    cancel.ends_by(nullptr);
    if (!ended) co_return of_maintenance(ended.error());
    if (ended->state == maintenance::State::succeeded) co_return Result<>();
    co_return fail(query::PortErrc::refused,
                   ended->error.empty() ? "the run was stopped" : ended->error);
}

io::Task<Result<std::vector<query::LocatedObject>>> QueryObjects::locate(std::string bucket,
                                                                         std::string prefix) {
    auto found = co_await objects_.locate(std::move(bucket), std::move(prefix));
    if (!found) co_return translated(found.error());
    std::vector<query::LocatedObject> made;
    made.reserve(found->size());
    for (objects::ObjectInfo& object : *found) {
        query::LocatedObject& located = made.emplace_back(query::LocatedObject{
            std::move(object.key), object.size, object.modified, std::move(object.etag), {}});
        for (const auto& extent : object.extents) {
            auto opens = objects_.key_of(extent);
            if (!opens) co_return translated(opens.error());
            located.extents.push_back({std::filesystem::absolute(objects_.path_of(extent)).string(),
                                       extent.offset, extent.size, std::move(*opens)});
        }
    }
    co_return made;
}

io::Task<Result<>> QueryObjects::put(Home, std::string bucket, std::string key,
                                     std::string content_type, std::vector<Bytes> content) {
    auto encryption = co_await objects_.default_encryption(bucket);
    if (!encryption) co_return translated(encryption.error());
    auto staged = co_await objects_.stage(std::move(content), *encryption);
    if (!staged) co_return translated(staged.error());
    auto done = co_await objects_.publish(std::move(bucket), std::move(key), std::move(*staged),
                                          {{"content-type", std::move(content_type)}}, {});
    co_return plain(done);
}

io::Task<Result<>> QueryObjects::put_body(Home, std::string bucket, std::string key,
                                          std::string content_type,
                                          std::shared_ptr<io::BodyReader> body) {
    auto encryption = co_await objects_.default_encryption(bucket);
    if (!encryption) co_return translated(encryption.error());
    auto staged = co_await objects_.stage(std::move(body), *encryption);
    if (!staged) co_return translated(staged.error());
    auto done = co_await objects_.publish(std::move(bucket), std::move(key), std::move(*staged),
                                          {{"content-type", std::move(content_type)}}, {});
    co_return plain(done);
}

io::Task<Result<Bytes>> QueryObjects::read(std::string bucket, std::string key,
                                           std::uint64_t offset, std::uint64_t size) {
    auto object = co_await objects_.find(std::move(bucket), std::move(key));
    if (!object) co_return translated(object.error());
    if (offset >= object->size) co_return Bytes();
    const std::uint64_t wanted = std::min(size, object->size - offset);
    auto reader = objects_.read(*object, offset, wanted);
    auto bytes = co_await io::read_all(*reader, wanted);
    if (!bytes) co_return translated(bytes.error());
    co_return std::move(*bytes);
}

io::Task<Result<bool>> QueryObjects::bucket_exists(std::string bucket) {
    auto found = co_await objects_.find_bucket(std::move(bucket));
    if (found) co_return true;
    if (found.error().is(objects::Errc::no_bucket)) co_return false;
    co_return translated(found.error());
}

}  // namespace freshet::app
