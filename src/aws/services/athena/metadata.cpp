// The catalog as Athena shows it: databases and tables.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/athena/words.h"
#include "base/text/ascii.h"

namespace freshet::aws::athena_words {
namespace {

using namespace athena;
namespace domain = query;

std::vector<std::pair<std::string, std::string>> pairs(const domain::Properties& properties) {
    return {properties.begin(), properties.end()};
}

TableMetadata describe(const domain::CatalogTable& table) {
    TableMetadata out;
    out.name = table.name;
    out.create_time = table.created;
    out.last_access_time = Timestamp{};
    out.table_type = table.table_type;
    const auto columns = [](const std::vector<domain::CatalogColumn>& list) {
        std::vector<Column> out;
        for (const auto& column : list) {
            out.push_back({column.name, column.type,
                           column.comment.empty() ? std::nullopt : std::optional(column.comment)});
        }
        return out;
    };
    out.columns = columns(table.columns);
    out.partition_keys = columns(table.partition_keys);
    domain::Properties parameters = table.parameters;
    if (!table.input_format.empty()) parameters["inputformat"] = table.input_format;
    if (!table.output_format.empty()) parameters["outputformat"] = table.output_format;
    if (!table.serde.empty()) parameters["serde.serialization.lib"] = table.serde;
    if (!table.location.empty()) parameters["location"] = table.location;
    for (const auto& [key, value] : table.serde_parameters)
        parameters["serde.param." + key] = value;
    out.parameters = pairs(parameters);
    return out;
}

Database describe(const domain::CatalogDatabase& database) {
    Database out;
    out.name = database.name;
    if (!database.description.empty()) out.description = database.description;
    if (!database.parameters.empty()) out.parameters = pairs(database.parameters);
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Query& query) : query_(query) {}

    io::Task<Answer<ListDataCatalogsOutput>> catalogs(Caller, ListDataCatalogsInput) {
        ListDataCatalogsOutput output;
        DataCatalogSummary summary;
        summary.catalog_name = catalog_name;
        summary.type = "GLUE";
        output.data_catalogs_summary.emplace().push_back(std::move(summary));
        co_return output;
    }

    io::Task<Answer<ListDatabasesOutput>> databases(Caller caller, ListDatabasesInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found = co_await query_.databases(caller.home());
        if (!found) co_return refuse(found.error());
        std::vector<Database> all;
        for (const auto& database : *found) all.push_back(describe(database));
        ListDatabasesOutput output;
        auto page = paged(std::move(all), input.next_token, input.max_results, output.next_token,
                          [](const Database& one) { return one.name; });
        if (!page) co_return pass(page);
        output.database_list = std::move(*page);
        co_return output;
    }

    io::Task<Answer<GetDatabaseOutput>> database(Caller caller, GetDatabaseInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found = co_await query_.database(caller.home(), std::move(input.database_name));
        if (!found) co_return refuse_metadata(found.error(), caller);
        co_return GetDatabaseOutput{describe(*found)};
    }

    io::Task<Answer<ListTableMetadataOutput>> tables(Caller caller, ListTableMetadataInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found =
            co_await query_.tables(caller.home(), std::move(input.database_name), input.expression);
        if (!found) co_return refuse_metadata(found.error(), caller);
        std::vector<TableMetadata> all;
        for (const auto& table : *found) all.push_back(describe(table));
        ListTableMetadataOutput output;
        auto page = paged(std::move(all), input.next_token, input.max_results, output.next_token,
                          [](const TableMetadata& one) { return one.name; });
        if (!page) co_return pass(page);
        output.table_metadata_list = std::move(*page);
        co_return output;
    }

    io::Task<Answer<GetTableMetadataOutput>> table(Caller caller, GetTableMetadataInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found = co_await query_.table(caller.home(), std::move(input.database_name),
                                           std::move(input.table_name));
        if (!found) co_return refuse_metadata(found.error(), caller);
        co_return GetTableMetadataOutput{describe(*found)};
    }

  private:
    static std::optional<Fault> no_catalog(const std::string& name) {
        if (lower(name) == lower(catalog_name)) return std::nullopt;
        return Fault{"MetadataException", fmt::format("Catalog {} does not exist", name)};
    }
    domain::Query& query_;
};

}  // namespace

void register_metadata(Router& router, query::Query& query) {
    auto h = std::make_shared<Handlers>(query);
    io::Core& home = query.home();
    on<ListDataCatalogsOp>(router, home, h, &Handlers::catalogs);
    on<ListDatabasesOp>(router, home, h, &Handlers::databases);
    on<GetDatabaseOp>(router, home, h, &Handlers::database);
    on<ListTableMetadataOp>(router, home, h, &Handlers::tables);
    on<GetTableMetadataOp>(router, home, h, &Handlers::table);
}

}  // namespace freshet::aws::athena_words
