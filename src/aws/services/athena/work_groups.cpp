// Work groups.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/athena/words.h"

namespace freshet::aws::athena_words {
namespace {

using namespace athena;
namespace domain = query;

class Handlers {
  public:
    explicit Handlers(domain::Query& query) : query_(query) {}

    io::Task<Answer<GetWorkGroupOutput>> work_group(Caller caller, GetWorkGroupInput input) {
        auto found = co_await query_.work_group(caller.home(), std::move(input.work_group));
        if (!found) co_return refuse(found.error());
        WorkGroup out;
        out.name = found->name;
        out.state = "ENABLED";
        out.description = found->description;
        out.creation_time = found->created;
        WorkGroupConfiguration& configuration = out.configuration.emplace();
        configuration.result_configuration.emplace().output_location = found->output_location;
        configuration.enforce_work_group_configuration = found->is_enforced;
        configuration.publish_cloud_watch_metrics_enabled = false;
        configuration.requester_pays_enabled = false;
        configuration.engine_version = engine();
        configuration.enable_minimum_encryption_configuration = false;
        co_return GetWorkGroupOutput{std::move(out)};
    }

    io::Task<Answer<ListWorkGroupsOutput>> work_groups(Caller caller, ListWorkGroupsInput input) {
        auto found = co_await query_.work_groups(caller.home());
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
        auto page = paged(std::move(all), input.next_token, input.max_results, output.next_token,
                          [](const WorkGroupSummary& group) { return group.name.value_or(""); });
        if (!page) co_return pass(page);
        output.work_groups = std::move(*page);
        co_return output;
    }

  private:
    domain::Query& query_;
};

}  // namespace

void register_work_groups(Router& router, query::Query& query) {
    auto h = std::make_shared<Handlers>(query);
    io::Core& home = query.home();
    on<GetWorkGroupOp>(router, home, h, &Handlers::work_group);
    on<ListWorkGroupsOp>(router, home, h, &Handlers::work_groups);
}

}  // namespace freshet::aws::athena_words
