#include "aws/services/athena/athena.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/http/rim.h"
#include "aws/model/athena.h"
#include "aws/protocol/page_token.h"
#include "base/text/ascii.h"
#include "query/limits.h"

namespace freshet::aws {
namespace {

using namespace athena;
namespace domain = query;

constexpr const char* catalog_name = "AwsDataCatalog";

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

std::unexpected<Fault> refuse(const freshet::Error& error) {
    if (!error.is_of<domain::Errc>()) return refuse("InternalServerException", error.message());
    switch (error.as<domain::Errc>()) {
        case domain::Errc::invalid_request:
        case domain::Errc::not_ready:
        case domain::Errc::not_found:
        case domain::Errc::failed:
            return refuse("InvalidRequestException", error.message());
        case domain::Errc::syntax:
            return std::unexpected(Fault{"InvalidRequestException",
                                         error.message(),
                                         0,
                                         {{"AthenaErrorCode", "MALFORMED_QUERY"}}});
        case domain::Errc::no_such_database:
        case domain::Errc::no_such_table:
            return refuse("MetadataException", error.message());
        case domain::Errc::metadata:
            return refuse("MetadataException", error.message());
    }
    return refuse("InternalServerException", error.message());
}

/// An error of the metadata operations: clients read at its end which error of the catalog it was.
std::unexpected<Fault> refuse_metadata(const freshet::Error& error, const Caller& caller) {
    const bool missing =
        error.is(domain::Errc::no_such_database) || error.is(domain::Errc::no_such_table);
    if (!missing) return refuse(error);
    return refuse("MetadataException",
                  fmt::format("{} (Service: AmazonDataCatalog; Status Code: 400; Error Code: "
                              "EntityNotFoundException; Request ID: {}; Proxy: null)",
                              error.message(), caller.request_id()));
}

domain::Home home_of(const Caller& caller) { return {caller.account(), caller.region()}; }
EngineVersion engine() { return {"AUTO", "Athena engine version 3"}; }

const char* name_of(domain::State state) {
    switch (state) {
        case domain::State::queued:
            return "QUEUED";
        case domain::State::running:
            return "RUNNING";
        case domain::State::succeeded:
            return "SUCCEEDED";
        case domain::State::failed:
            return "FAILED";
        case domain::State::cancelled:
            break;
    }
    return "CANCELLED";
}

QueryExecution told(const domain::Execution& e) {
    QueryExecution made;
    made.query_execution_id = *e.id;
    made.query = e.sql;
    made.statement_type = e.kind == domain::StatementKind::dml   ? "DML"
                          : e.kind == domain::StatementKind::ddl ? "DDL"
                                                                 : "UTILITY";
    if (!e.substatement.empty()) made.substatement_type = e.substatement;
    made.result_configuration.emplace().output_location = e.output_location;
    made.result_reuse_configuration.emplace().result_reuse_by_age_configuration.emplace().enabled =
        false;
    made.query_execution_context = QueryExecutionContext{e.database, lower(e.catalog)};
    QueryExecutionStatus& status = made.status.emplace();
    status.state = name_of(e.state);
    status.submission_date_time = e.submitted;
    status.completion_date_time = e.completed;
    if (e.problem) {
        status.state_change_reason = e.problem->message;
        status.athena_error = AthenaError{e.problem->category, e.problem->type,
                                          e.problem->retryable, e.problem->message};
    }
    QueryExecutionStatistics& statistics = made.statistics.emplace();
    statistics.engine_execution_time_in_millis = e.statistics.engine_ms;
    statistics.data_scanned_in_bytes = e.statistics.scanned_bytes;
    statistics.total_execution_time_in_millis = e.statistics.total_ms;
    statistics.query_queue_time_in_millis = e.statistics.queue_ms;
    statistics.query_planning_time_in_millis = e.statistics.planning_ms;
    statistics.service_processing_time_in_millis = e.statistics.service_ms;
    statistics.result_reuse_information = ResultReuseInformation{false};
    made.work_group = e.work_group;
    made.engine_version = engine();
    if (!e.parameters.empty()) made.execution_parameters = e.parameters;
    return made;
}

std::vector<std::pair<std::string, std::string>> pairs(const domain::Properties& properties) {
    return {properties.begin(), properties.end()};
}

TableMetadata told(const domain::CatalogTable& table) {
    TableMetadata made;
    made.name = table.name;
    made.create_time = table.created;
    made.last_access_time = Timestamp{};
    made.table_type = table.table_type;
    const auto columns = [](const std::vector<domain::CatalogColumn>& list) {
        std::vector<Column> out;
        for (const auto& column : list) {
            out.push_back({column.name, column.type,
                           column.comment.empty() ? std::nullopt : std::optional(column.comment)});
        }
        return out;
    };
    made.columns = columns(table.columns);
    made.partition_keys = columns(table.partition_keys);
    domain::Properties parameters = table.parameters;
    if (!table.input_format.empty()) parameters["inputformat"] = table.input_format;
    if (!table.output_format.empty()) parameters["outputformat"] = table.output_format;
    if (!table.serde.empty()) parameters["serde.serialization.lib"] = table.serde;
    if (!table.location.empty()) parameters["location"] = table.location;
    for (const auto& [key, value] : table.serde_parameters)
        parameters["serde.param." + key] = value;
    made.parameters = pairs(parameters);
    return made;
}

Database told(const domain::CatalogDatabase& database) {
    Database made;
    made.name = database.name;
    if (!database.description.empty()) made.description = database.description;
    if (!database.parameters.empty()) made.parameters = pairs(database.parameters);
    return made;
}

std::string name_of(const Database& database) { return database.name; }
std::string name_of(const TableMetadata& table) { return table.name; }
std::string name_of(const WorkGroupSummary& group) { return group.name.value_or(""); }

/// The part of `all` whose names are behind the one in `token`, and the token of the next: what is
/// dropped between two pages moves nothing.
template <class T>
Answer<std::vector<T>> paged(std::vector<T> all, const std::optional<std::string>& token,
                             std::optional<std::int32_t> most, std::optional<std::string>& next) {
    std::ranges::sort(all, {}, [](const T& one) { return name_of(one); });
    const std::size_t count = static_cast<std::size_t>(
        std::min(most.value_or(domain::limits::list_max), domain::limits::list_max));
    auto cut = cut_page(all, token, count, [](const T& one) { return name_of(one); });
    if (!cut) return refuse("InvalidRequestException", "Invalid NextToken");
    next = std::move(*cut);
    return all;
}

class Handlers {
  public:
    explicit Handlers(domain::Query& query) : query_(query) {}

    io::Task<Answer<StartQueryExecutionOutput>> start(Caller caller,
                                                      StartQueryExecutionInput input) {
        domain::StartRequest request;
        request.home = home_of(caller);
        request.sql = std::move(input.query_string);
        request.token = input.client_request_token;
        if (input.query_execution_context) {
            request.database = input.query_execution_context->database.value_or("default");
            request.catalog = input.query_execution_context->catalog.value_or(catalog_name);
        }
        if (lower(request.catalog) != lower(catalog_name))
            co_return refuse("InvalidRequestException",
                             fmt::format("Catalog {} does not exist", request.catalog));
        request.work_group = input.work_group.value_or("primary");
        if (input.result_configuration)
            request.output_location = input.result_configuration->output_location;
        if (input.execution_parameters) request.parameters = std::move(*input.execution_parameters);
        auto started = co_await query_.start(std::move(request));
        if (!started) co_return refuse(started.error());
        co_return StartQueryExecutionOutput{**started};
    }

    io::Task<Answer<GetQueryExecutionOutput>> get(Caller caller, GetQueryExecutionInput input) {
        auto found = co_await query_.get(home_of(caller),
                                         domain::ExecutionId(std::move(input.query_execution_id)));
        if (!found) co_return refuse(found.error());
        co_return GetQueryExecutionOutput{told(*found)};
    }

    io::Task<Answer<BatchGetQueryExecutionOutput>> get_many(Caller caller,
                                                            BatchGetQueryExecutionInput input) {
        std::vector<domain::ExecutionId> ids;
        for (auto& id : input.query_execution_ids) ids.emplace_back(id);
        auto found = co_await query_.get_many(home_of(caller), ids);
        if (!found) co_return refuse(found.error());
        BatchGetQueryExecutionOutput output;
        output.query_executions.emplace();
        output.unprocessed_query_execution_ids.emplace();
        for (const auto& id : ids) {
            bool known = false;
            for (const auto& execution : *found) {
                if (execution.id != id) continue;
                known = true;
                output.query_executions->push_back(told(execution));
            }
            if (!known)
                output.unprocessed_query_execution_ids->push_back(
                    {*id, "QUERY_EXECUTION_NOT_FOUND",
                     fmt::format("QueryExecution {} was not found", *id)});
        }
        co_return output;
    }

    io::Task<Answer<StopQueryExecutionOutput>> stop(Caller caller, StopQueryExecutionInput input) {
        auto done = co_await query_.cancel(
            home_of(caller), domain::ExecutionId(std::move(input.query_execution_id)));
        if (!done) co_return refuse(done.error());
        co_return StopQueryExecutionOutput{};
    }

    io::Task<Answer<ListQueryExecutionsOutput>> list(Caller caller,
                                                     ListQueryExecutionsInput input) {
        const std::string group = input.work_group.value_or("primary");
        auto known = co_await query_.work_group(home_of(caller), group);
        if (!known) co_return refuse(known.error());
        const auto next = page_row(input.next_token);
        if (!next) co_return refuse("InvalidRequestException", "Invalid NextToken");
        auto listed =
            co_await query_.list(home_of(caller), group,
                                 std::min(input.max_results.value_or(domain::limits::list_max),
                                          domain::limits::list_max),
                                 *next);
        if (!listed) co_return refuse(listed.error());
        ListQueryExecutionsOutput output;
        output.query_execution_ids.emplace();
        for (const auto& id : listed->ids) output.query_execution_ids->push_back(*id);
        if (listed->next) output.next_token = page_token(std::to_string(*listed->next));
        co_return output;
    }

    io::Task<Answer<GetQueryResultsOutput>> results(Caller caller, GetQueryResultsInput input) {
        if (input.query_result_type && *input.query_result_type == "DATA_MANIFEST")
            co_return refuse("InvalidRequestException", "The query has no data manifest");
        auto page = co_await query_.results(
            home_of(caller), domain::ExecutionId(std::move(input.query_execution_id)),
            input.max_results.value_or(domain::limits::page_rows_max), input.next_token);
        if (!page) co_return refuse(page.error());
        GetQueryResultsOutput output;
        output.update_count = page->update_count;
        output.next_token = page->next;
        ResultSet& set = output.result_set.emplace();
        set.rows.emplace();
        for (auto& row : page->rows) {
            auto& data = set.rows->emplace_back().data.emplace();
            for (auto& cell : row) data.push_back(Datum{std::move(cell)});
        }
        auto& columns = set.result_set_metadata.emplace().column_info.emplace();
        for (const auto& column : page->columns) {
            columns.push_back({"hive", "", "", column.name, column.name, column.type,
                               column.precision, column.scale, "UNKNOWN", column.case_sensitive});
        }
        co_return output;
    }

    io::Task<Answer<GetWorkGroupOutput>> work_group(Caller caller, GetWorkGroupInput input) {
        auto found = co_await query_.work_group(home_of(caller), std::move(input.work_group));
        if (!found) co_return refuse(found.error());
        WorkGroup made;
        made.name = found->name;
        made.state = "ENABLED";
        made.description = found->description;
        made.creation_time = found->created;
        WorkGroupConfiguration& configuration = made.configuration.emplace();
        configuration.result_configuration.emplace().output_location = found->output_location;
        configuration.enforce_work_group_configuration = found->enforced;
        configuration.publish_cloud_watch_metrics_enabled = false;
        configuration.requester_pays_enabled = false;
        configuration.engine_version = engine();
        configuration.enable_minimum_encryption_configuration = false;
        co_return GetWorkGroupOutput{std::move(made)};
    }

    io::Task<Answer<ListWorkGroupsOutput>> work_groups(Caller caller, ListWorkGroupsInput input) {
        auto found = co_await query_.work_groups(home_of(caller));
        if (!found) co_return refuse(found.error());
        std::vector<WorkGroupSummary> all;
        for (const auto& group : *found) {
            WorkGroupSummary& summary = all.emplace_back();
            summary.name = group.name;
            summary.state = "ENABLED";
            summary.description = group.description;
            summary.creation_time = group.created;
            summary.engine_version = engine();
        }
        ListWorkGroupsOutput output;
        auto page = paged(std::move(all), input.next_token, input.max_results, output.next_token);
        if (!page) co_return pass(page);
        output.work_groups = std::move(*page);
        co_return output;
    }

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
        auto found = co_await query_.databases(home_of(caller));
        if (!found) co_return refuse(found.error());
        std::vector<Database> all;
        for (const auto& database : *found) all.push_back(told(database));
        ListDatabasesOutput output;
        auto page = paged(std::move(all), input.next_token, input.max_results, output.next_token);
        if (!page) co_return pass(page);
        output.database_list = std::move(*page);
        co_return output;
    }

    io::Task<Answer<GetDatabaseOutput>> database(Caller caller, GetDatabaseInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found = co_await query_.database(home_of(caller), std::move(input.database_name));
        if (!found) co_return refuse_metadata(found.error(), caller);
        co_return GetDatabaseOutput{told(*found)};
    }

    io::Task<Answer<ListTableMetadataOutput>> tables(Caller caller, ListTableMetadataInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found = co_await query_.tables(home_of(caller), std::move(input.database_name),
                                            input.expression);
        if (!found) co_return refuse_metadata(found.error(), caller);
        std::vector<TableMetadata> all;
        for (const auto& table : *found) all.push_back(told(table));
        ListTableMetadataOutput output;
        auto page = paged(std::move(all), input.next_token, input.max_results, output.next_token);
        if (!page) co_return pass(page);
        output.table_metadata_list = std::move(*page);
        co_return output;
    }

    io::Task<Answer<GetTableMetadataOutput>> table(Caller caller, GetTableMetadataInput input) {
        if (auto wrong = no_catalog(input.catalog_name)) co_return std::unexpected(*wrong);
        auto found = co_await query_.table(home_of(caller), std::move(input.database_name),
                                           std::move(input.table_name));
        if (!found) co_return refuse_metadata(found.error(), caller);
        co_return GetTableMetadataOutput{told(*found)};
    }

  private:
    static std::optional<Fault> no_catalog(const std::string& name) {
        if (lower(name) == lower(catalog_name)) return std::nullopt;
        return Fault{"MetadataException", fmt::format("Catalog {} does not exist", name)};
    }
    domain::Query& query_;
};

class AthenaRim final : public ServiceRim {
  public:
    AthenaRim() : ServiceRim(athena::service_info()) {}

    const char* violation_code() const override { return "InvalidRequestException"; }
};

}  // namespace

void register_athena(Router& router, query::Query& query) {
    router.add_service(std::make_unique<AthenaRim>());
    io::Core& home = query.home();
    const auto h = std::make_shared<Handlers>(query);
    on<StartQueryExecutionOp>(router, home, h, &Handlers::start);
    on<GetQueryExecutionOp>(router, home, h, &Handlers::get);
    on<BatchGetQueryExecutionOp>(router, home, h, &Handlers::get_many);
    on<StopQueryExecutionOp>(router, home, h, &Handlers::stop);
    on<ListQueryExecutionsOp>(router, home, h, &Handlers::list);
    on<GetQueryResultsOp>(router, home, h, &Handlers::results);
    on<GetWorkGroupOp>(router, home, h, &Handlers::work_group);
    on<ListWorkGroupsOp>(router, home, h, &Handlers::work_groups);
    on<ListDataCatalogsOp>(router, home, h, &Handlers::catalogs);
    on<ListDatabasesOp>(router, home, h, &Handlers::databases);
    on<GetDatabaseOp>(router, home, h, &Handlers::database);
    on<ListTableMetadataOp>(router, home, h, &Handlers::tables);
    on<GetTableMetadataOp>(router, home, h, &Handlers::table);
}

}  // namespace freshet::aws
