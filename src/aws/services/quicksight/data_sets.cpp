// Data sets and their ingestions.
#include "aws/model/quicksight.h"
#include "aws/services/quicksight/handlers.h"
#include "aws/services/quicksight/tables.h"
#include "aws/services/quicksight/words.h"
#include "base/uuid.h"
#include "functions/functions.h"

namespace freshet::aws::quicksight_handlers {
namespace {

using namespace quicksight;
using namespace quicksight_words;
namespace domain = dashboards;

const char* mode_of(const domain::DataSet& set) {
    return set.mode == domain::ImportMode::spice ? "SPICE" : "DIRECT_QUERY";
}

std::string ingestion_arn(const domain::Key& set, const std::string& id) {
    return fmt::format("{}/ingestion/{}", arn_of("dataset", set), id);
}

const char* state_of(domain::Ingestion::State state) {
    switch (state) {
        case domain::Ingestion::State::running:
            return "RUNNING";
        case domain::Ingestion::State::completed:
            return "COMPLETED";
        case domain::Ingestion::State::failed:
            return "FAILED";
    }
    return "FAILED";
}

Ingestion describe(const domain::Ingestion& ingestion) {
    Ingestion out;
    out.arn = ingestion_arn(ingestion.data_set, ingestion.id);
    out.ingestion_id = ingestion.id;
    out.ingestion_status = state_of(ingestion.state);
    out.created_time = ingestion.created;
    out.request_source = "MANUAL";
    out.request_type = "FULL_REFRESH";
    if (ingestion.state == domain::Ingestion::State::completed) {
        auto& rows = out.row_info.emplace();
        rows.rows_ingested = ingestion.rows;
        rows.rows_dropped = 0;
        rows.total_rows_in_dataset = ingestion.rows;
        out.ingestion_size_in_bytes = ingestion.bytes;
    }
    if (ingestion.state != domain::Ingestion::State::running)
        out.ingestion_time_in_seconds =
            std::chrono::duration_cast<std::chrono::seconds>(ingestion.took).count();
    if (!ingestion.error.empty()) {
        auto& error = out.error_info.emplace();
        error.type = "SQL_EXCEPTION";
        error.message = ingestion.error;
    }
    return out;
}

class DataSets {
  public:
    DataSets(domain::Dashboards& dashboards, domain::Ingestions& ingestions)
        : dashboards_(dashboards), ingestions_(ingestions) {}

    io::Task<Answer<CreateDataSetResponse>> create(Caller caller, CreateDataSetRequest request) {
        auto wanted = read(caller, request);
        if (!wanted) co_return pass(wanted);
        auto made = co_await dashboards_.create_data_set(*wanted);
        if (!made) co_return refuse(made.error());
        auto out = co_await answer<CreateDataSetResponse>(caller, *wanted, 201);
        co_return out;
    }

    io::Task<Answer<UpdateDataSetResponse>> update(Caller caller, UpdateDataSetRequest request) {
        auto changed = read(caller, request);
        if (!changed) co_return pass(changed);
        auto made = co_await dashboards_.update_data_set(*changed);
        if (!made) co_return refuse(made.error());
        auto out = co_await answer<UpdateDataSetResponse>(caller, *changed, 200);
        co_return out;
    }

    io::Task<Answer<DescribeDataSetResponse>> describe_one(Caller caller,
                                                           DescribeDataSetRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.data_set_id);
        if (!key) co_return pass(key);
        auto found = dashboards_.find_data_set(*key);
        if (!found) co_return refuse(found.error());
        DescribeDataSetResponse out;
        auto& set = out.data_set.emplace(write_tables(caller, *found));
        set.arn = arn_of("dataset", *key);
        set.data_set_id = key->name;
        set.name = found->name;
        set.created_time = found->created;
        set.last_updated_time = found->updated;
        set.import_mode = mode_of(*found);
        auto& columns = set.output_columns.emplace();
        for (const auto& [name, type] : found->columns) {
            OutputColumn& column = columns.emplace_back();
            column.name = name;
            column.type = type;
        }
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<ListDataSetsResponse>> list(Caller caller, ListDataSetsRequest request) {
        auto key = key_of(caller, request.aws_account_id, "");
        if (!key) co_return pass(key);
        auto all = dashboards_.data_sets(key->home);
        ListDataSetsResponse out;
        auto next = cut_page(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        out.next_token = std::move(*next);
        auto& summaries = out.data_set_summaries.emplace();
        for (const auto& set : all) {
            DataSetSummary& summary = summaries.emplace_back();
            summary.arn = arn_of("dataset", set.key);
            summary.data_set_id = set.key.name;
            summary.name = set.name;
            summary.created_time = set.created;
            summary.last_updated_time = set.updated;
            summary.import_mode = mode_of(set);
        }
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<DeleteDataSetResponse>> remove(Caller caller, DeleteDataSetRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.data_set_id);
        if (!key) co_return pass(key);
        auto removed = co_await dashboards_.remove_data_set(*key);
        if (!removed) co_return refuse(removed.error());
        DeleteDataSetResponse out;
        out.arn = arn_of("dataset", *key);
        out.data_set_id = key->name;
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<CreateIngestionResponse>> ingest(Caller caller,
                                                     CreateIngestionRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.data_set_id);
        if (!key) co_return pass(key);
        auto started = co_await ingestions_.start(*key, request.ingestion_id);
        if (!started) co_return refuse(started.error());
        CreateIngestionResponse out;
        out.arn = ingestion_arn(*key, started->id);
        out.ingestion_id = started->id;
        out.ingestion_status = state_of(started->state);
        out.request_id = caller.request_id();
        out.status = 201;
        co_return out;
    }

    io::Task<Answer<DescribeIngestionResponse>> describe_ingestion(
        Caller caller, DescribeIngestionRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.data_set_id);
        if (!key) co_return pass(key);
        auto found = co_await ingestions_.find(*key, request.ingestion_id);
        if (!found) co_return refuse(found.error());
        DescribeIngestionResponse out;
        out.ingestion = describe(*found);
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

  private:
    template <class Request>
    static Answer<domain::DataSet> read(const Caller& caller, const Request& request) {
        auto key = key_of(caller, request.aws_account_id, request.data_set_id);
        if (!key) return pass(key);
        domain::DataSet set;
        set.key = std::move(*key);
        set.name = request.name;
        set.mode =
            request.import_mode == "SPICE" ? domain::ImportMode::spice : domain::ImportMode::direct;
        if (auto good =
                read_tables(caller, request.physical_table_map, request.logical_table_map, set);
            !good)
            return pass(good);
        return set;
    }

    /// A spice set is ingested when it is made and when it is changed, as on AWS.
    template <class Out>
    io::Task<Answer<Out>> answer(Caller caller, const domain::DataSet& set, std::int32_t status) {
        Out out;
        out.arn = arn_of("dataset", set.key);
        out.data_set_id = set.key.name;
        out.request_id = caller.request_id();
        out.status = status;
        if (set.mode == domain::ImportMode::spice) {
            auto started = co_await ingestions_.start(set.key, new_uuid());
            if (!started) co_return refuse(started.error());
            out.ingestion_id = started->id;
            out.ingestion_arn = ingestion_arn(set.key, started->id);
        }
        co_return out;
    }

    domain::Dashboards& dashboards_;
    domain::Ingestions& ingestions_;
};

}  // namespace

void add_data_sets(Router& router, domain::Dashboards& dashboards, domain::Ingestions& ingestions) {
    auto h = std::make_shared<DataSets>(dashboards, ingestions);
    io::Core& home = dashboards.home();
    on<CreateDataSetOp>(router, home, h, &DataSets::create);
    on<UpdateDataSetOp>(router, home, h, &DataSets::update);
    on<DescribeDataSetOp>(router, home, h, &DataSets::describe_one);
    on<ListDataSetsOp>(router, home, h, &DataSets::list);
    on<DeleteDataSetOp>(router, home, h, &DataSets::remove);
    on<CreateIngestionOp>(router, home, h, &DataSets::ingest);
    on<DescribeIngestionOp>(router, home, h, &DataSets::describe_ingestion);
}

}  // namespace freshet::aws::quicksight_handlers
