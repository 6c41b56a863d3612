// Data sources: work groups of Athena.
#include "aws/model/quicksight.h"
#include "aws/services/quicksight/handlers.h"
#include "aws/services/quicksight/words.h"

namespace freshet::aws::quicksight_handlers {
namespace {

using namespace quicksight;
using namespace quicksight_words;
namespace domain = dashboards;

quicksight::DataSource describe(const domain::DataSource& source) {
    quicksight::DataSource out;
    out.arn = arn_of("datasource", source.key);
    out.data_source_id = source.key.name;
    out.name = source.name;
    out.type = "ATHENA";
    out.status = source.updated > source.created ? "UPDATE_SUCCESSFUL" : "CREATION_SUCCESSFUL";
    out.created_time = source.created;
    out.last_updated_time = source.updated;
    out.data_source_parameters.emplace().athena_parameters.emplace().work_group = source.work_group;
    return out;
}

/// Create's and update's answers have members alike.
template <class Out>
Out answer(const Caller& caller, const domain::Key& key, std::int32_t status) {
    Out out;
    out.arn = arn_of("datasource", key);
    out.data_source_id = key.name;
    out.request_id = caller.request_id();
    out.status = status;
    return out;
}

class Sources {
  public:
    Sources(domain::Dashboards& dashboards, query::Query& query)
        : dashboards_(dashboards), query_(query) {}

    io::Task<Answer<CreateDataSourceResponse>> create(Caller caller,
                                                      CreateDataSourceRequest request) {
        auto wanted = co_await read(caller, request);
        if (!wanted) co_return pass(wanted);
        auto made = co_await dashboards_.create_source(*wanted);
        if (!made) co_return refuse(made.error());
        auto out = answer<CreateDataSourceResponse>(caller, wanted->key, 202);
        out.creation_status = "CREATION_SUCCESSFUL";
        co_return out;
    }

    io::Task<Answer<UpdateDataSourceResponse>> update(Caller caller,
                                                      UpdateDataSourceRequest request) {
        auto changed = co_await read(caller, request);
        if (!changed) co_return pass(changed);
        if (!request.data_source_parameters) {
            auto found = dashboards_.find_source(changed->key);
            if (!found) co_return refuse(found.error());
            changed->work_group = found->work_group;
        }
        auto made = co_await dashboards_.update_source(*changed);
        if (!made) co_return refuse(made.error());
        auto out = answer<UpdateDataSourceResponse>(caller, changed->key, 202);
        out.update_status = "UPDATE_SUCCESSFUL";
        co_return out;
    }

    io::Task<Answer<DescribeDataSourceResponse>> describe_one(Caller caller,
                                                              DescribeDataSourceRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.data_source_id);
        if (!key) co_return pass(key);
        auto found = dashboards_.find_source(*key);
        if (!found) co_return refuse(found.error());
        DescribeDataSourceResponse out;
        out.data_source = describe(*found);
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<ListDataSourcesResponse>> list(Caller caller, ListDataSourcesRequest request) {
        auto key = key_of(caller, request.aws_account_id, "");
        if (!key) co_return pass(key);
        auto all = dashboards_.sources(key->home);
        ListDataSourcesResponse out;
        auto next = cut_page(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        out.next_token = std::move(*next);
        auto& sources = out.data_sources.emplace();
        for (const auto& source : all) sources.push_back(describe(source));
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<DeleteDataSourceResponse>> remove(Caller caller,
                                                      DeleteDataSourceRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.data_source_id);
        if (!key) co_return pass(key);
        auto removed = co_await dashboards_.remove_source(*key);
        if (!removed) co_return refuse(removed.error());
        co_return answer<DeleteDataSourceResponse>(caller, *key, 200);
    }

  private:
    /// What create and update have in common.
    template <class Request>
    io::Task<Answer<domain::DataSource>> read(const Caller& caller, const Request& request) {
        auto key = key_of(caller, request.aws_account_id, request.data_source_id);
        if (!key) co_return pass(key);
        domain::DataSource source;
        source.key = std::move(*key);
        source.name = request.name;
        const auto& parameters = request.data_source_parameters;
        if (parameters && parameters->athena_parameters &&
            parameters->athena_parameters->work_group)
            source.work_group = *parameters->athena_parameters->work_group;
        const Home& home = caller.home();
        auto group = co_await io::run_on(query_.home(), query_.work_group(home, source.work_group));
        if (!group) co_return invalid(group.error().message());
        co_return source;
    }

    domain::Dashboards& dashboards_;
    query::Query& query_;
};

}  // namespace

void add_sources(Router& router, domain::Dashboards& dashboards, query::Query& query) {
    auto h = std::make_shared<Sources>(dashboards, query);
    io::Core& home = dashboards.home();
    on<CreateDataSourceOp>(router, home, h, &Sources::create);
    on<UpdateDataSourceOp>(router, home, h, &Sources::update);
    on<DescribeDataSourceOp>(router, home, h, &Sources::describe_one);
    on<ListDataSourcesOp>(router, home, h, &Sources::list);
    on<DeleteDataSourceOp>(router, home, h, &Sources::remove);
}

}  // namespace freshet::aws::quicksight_handlers
