// Dashboards and their definitions.
#include "aws/model/quicksight.h"
#include "aws/services/quicksight/definition.h"
#include "aws/services/quicksight/handlers.h"
#include "aws/services/quicksight/words.h"

namespace freshet::aws::quicksight_handlers {
namespace {

using namespace quicksight;
using namespace quicksight_words;
namespace domain = dashboards;

std::string version_arn(const domain::Dashboard& dashboard) {
    return fmt::format("{}/version/{}", arn_of("dashboard", dashboard.key), dashboard.version);
}

template <class Out>
Out answer(const Caller& caller, const domain::Dashboard& dashboard, const char* state,
           std::int32_t status) {
    Out out;
    out.arn = arn_of("dashboard", dashboard.key);
    out.version_arn = version_arn(dashboard);
    out.dashboard_id = dashboard.key.name;
    // The model calls an update's state CreationStatus too.
    if constexpr (requires { out.creation_status; }) out.creation_status = state;
    out.request_id = caller.request_id();
    out.status = status;
    return out;
}

class Boards {
  public:
    explicit Boards(domain::Dashboards& dashboards) : dashboards_(dashboards) {}

    io::Task<Answer<CreateDashboardResponse>> create(Caller caller,
                                                     CreateDashboardRequest request) {
        auto wanted = read(caller, request);
        if (!wanted) co_return pass(wanted);
        auto made = co_await dashboards_.create(*wanted);
        if (!made) co_return refuse(made.error());
        co_return answer<CreateDashboardResponse>(caller, *wanted, "CREATION_SUCCESSFUL", 202);
    }

    io::Task<Answer<UpdateDashboardResponse>> update(Caller caller,
                                                     UpdateDashboardRequest request) {
        auto changed = read(caller, request);
        if (!changed) co_return pass(changed);
        auto found = dashboards_.find(changed->key);
        if (!found) co_return refuse(found.error());
        changed->refresh_every = found->refresh_every;  // QuickSight has no word for it
        auto made = co_await dashboards_.update(*changed);
        if (!made) co_return refuse(made.error());
        auto now = dashboards_.find(changed->key);
        if (!now) co_return refuse(now.error());
        co_return answer<UpdateDashboardResponse>(caller, *now, "UPDATE_SUCCESSFUL", 200);
    }

    io::Task<Answer<DescribeDashboardResponse>> describe_one(Caller caller,
                                                             DescribeDashboardRequest request) {
        auto found = find(caller, request);
        if (!found) co_return pass(found);
        auto written = definition_of(caller, *found);
        if (!written) co_return pass(written);
        DescribeDashboardResponse out;
        auto& dashboard = out.dashboard.emplace();
        dashboard.dashboard_id = found->key.name;
        dashboard.arn = arn_of("dashboard", found->key);
        dashboard.name = found->name;
        dashboard.created_time = found->created;
        dashboard.last_published_time = dashboard.last_updated_time = found->updated;
        auto& version = dashboard.version.emplace();
        version.created_time = found->updated;
        version.version_number = found->version;
        version.status = "CREATION_SUCCESSFUL";
        version.arn = version_arn(*found);
        version.data_set_arns.emplace().push_back(
            arn_of("dataset", {found->key.home, found->data_set}));
        if (!found->description.empty()) version.description = found->description;
        auto& sheets = version.sheets.emplace();
        for (const SheetDefinition& given : *written->definition.sheets) {
            Sheet& sheet = sheets.emplace_back();
            sheet.sheet_id = given.sheet_id;
            sheet.name = given.name;
        }
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<DescribeDashboardDefinitionResponse>> describe_definition(
        Caller caller, DescribeDashboardDefinitionRequest request) {
        auto found = find(caller, request);
        if (!found) co_return pass(found);
        auto written = definition_of(caller, *found);
        if (!written) co_return pass(written);
        DescribeDashboardDefinitionResponse out;
        out.dashboard_id = found->key.name;
        out.name = found->name;
        out.resource_status = found->version > 1 ? "UPDATE_SUCCESSFUL" : "CREATION_SUCCESSFUL";
        out.definition = std::move(written->definition);
        out.dashboard_publish_options = std::move(written->options);
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<ListDashboardsResponse>> list(Caller caller, ListDashboardsRequest request) {
        auto key = key_of(caller, request.aws_account_id, "");
        if (!key) co_return pass(key);
        auto all = dashboards_.list(key->home);
        ListDashboardsResponse out;
        auto next = cut_page(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        out.next_token = std::move(*next);
        auto& summaries = out.dashboard_summary_list.emplace();
        for (const auto& dashboard : all) {
            DashboardSummary& summary = summaries.emplace_back();
            summary.arn = arn_of("dashboard", dashboard.key);
            summary.dashboard_id = dashboard.key.name;
            summary.name = dashboard.name;
            summary.created_time = dashboard.created;
            summary.last_published_time = summary.last_updated_time = dashboard.updated;
            summary.published_version_number = dashboard.version;
        }
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

    io::Task<Answer<DeleteDashboardResponse>> remove(Caller caller,
                                                     DeleteDashboardRequest request) {
        auto key = key_of(caller, request.aws_account_id, request.dashboard_id);
        if (!key) co_return pass(key);
        auto removed = co_await dashboards_.remove(*key);
        if (!removed) co_return refuse(removed.error());
        DeleteDashboardResponse out;
        out.arn = arn_of("dashboard", *key);
        out.dashboard_id = key->name;
        out.request_id = caller.request_id();
        out.status = 200;
        co_return out;
    }

  private:
    template <class Request>
    static Answer<domain::Dashboard> read(const Caller& caller, const Request& request) {
        auto key = key_of(caller, request.aws_account_id, request.dashboard_id);
        if (!key) return pass(key);
        if (!request.definition) return invalid("A dashboard has a Definition.");
        domain::Dashboard dashboard;
        dashboard.key = std::move(*key);
        dashboard.name = request.name;
        dashboard.description = request.version_description.value_or("");
        auto good = read_definition(caller, *request.definition, request.dashboard_publish_options,
                                    dashboard);
        if (!good) return pass(good);
        return dashboard;
    }

    /// Only the newest version is kept; it is the published one.
    template <class Request>
    Answer<domain::Dashboard> find(const Caller& caller, const Request& request) const {
        auto key = key_of(caller, request.aws_account_id, request.dashboard_id);
        if (!key) return pass(key);
        auto found = dashboards_.find(*key);
        if (!found) return refuse(found.error());
        if (request.version_number && *request.version_number != found->version)
            return refuse("ResourceNotFoundException",
                          fmt::format("Version {} of dashboard {} does not exist.",
                                      *request.version_number, key->name));
        if (request.alias_name && *request.alias_name != "$LATEST" &&
            *request.alias_name != "$PUBLISHED")
            return refuse("ResourceNotFoundException",
                          fmt::format("Alias {} of dashboard {} does not exist.",
                                      *request.alias_name, key->name));
        return std::move(*found);
    }

    Answer<WrittenDefinition> definition_of(const Caller& caller,
                                            const domain::Dashboard& dashboard) const {
        auto set = dashboards_.find_data_set({dashboard.key.home, dashboard.data_set});
        if (!set) return refuse(set.error());
        return write_definition(caller, dashboard, *set);
    }

    domain::Dashboards& dashboards_;
};

}  // namespace

void add_dashboards(Router& router, domain::Dashboards& dashboards) {
    auto h = std::make_shared<Boards>(dashboards);
    io::Core& home = dashboards.home();
    on<CreateDashboardOp>(router, home, h, &Boards::create);
    on<UpdateDashboardOp>(router, home, h, &Boards::update);
    on<DescribeDashboardOp>(router, home, h, &Boards::describe_one);
    on<DescribeDashboardDefinitionOp>(router, home, h, &Boards::describe_definition);
    on<ListDashboardsOp>(router, home, h, &Boards::list);
    on<DeleteDashboardOp>(router, home, h, &Boards::remove);
}

}  // namespace freshet::aws::quicksight_handlers
