// The targets of rules: put, listed, removed.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/events.h"
#include "aws/protocol/json/json.h"
#include "aws/protocol/page_token.h"
#include "aws/services/events/words.h"
#include "schedule/template.h"

namespace freshet::aws::events_words {
namespace {

using namespace events;
namespace domain = schedule;

Answer<domain::Target> target_of(const events::Target& given) {
    const int inputs = given.input.has_value() + given.input_path.has_value() +
                       given.input_transformer.has_value();
    if (inputs > 1)
        return refuse(
            "ValidationException",
            fmt::format(
                "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
                given.id));
    if (given.input && !is_json(*given.input))
        return refuse("ValidationException",
                      fmt::format("JSON syntax error in input for target {}: [Source: "
                                  "(String)\"{}\"; it is no value of JSON]",
                                  given.id, *given.input));
    // A function is called by the permission in its policy, not in a role.
    if (given.role_arn && !given.role_arn->empty() && given.arn.starts_with("arn:aws:lambda:"))
        return refuse("ValidationException",
                      fmt::format("RoleArn is not supported for target {}.", given.arn));
    domain::Target target{given.id,    given.arn,        given.role_arn.value_or(""),
                          given.input, given.input_path, std::nullopt};
    if (given.input_transformer) {
        auto& transformer = target.transformer.emplace();
        transformer.text = given.input_transformer->input_template;
        if (given.input_transformer->input_paths_map)
            transformer.paths.insert(given.input_transformer->input_paths_map->begin(),
                                     given.input_transformer->input_paths_map->end());
        // Whatever values it gets: a function takes one value of JSON.
        if (!is_json(domain::fill(transformer.text, [](const std::string&) { return "null"; })))
            return refuse("ValidationException",
                          fmt::format("Invalid InputTemplate for target {} : [Source: (String)"
                                      "\"{}\"; with values it is no value of JSON]",
                                      given.id, transformer.text));
    }
    return target;
}

events::Target describe(const domain::Target& target) {
    events::Target out;
    out.id = target.id;
    out.arn = target.arn;
    if (!target.role_arn.empty()) out.role_arn = target.role_arn;
    out.input = target.input;
    out.input_path = target.input_path;
    if (target.transformer) {
        auto& transformer = out.input_transformer.emplace();
        transformer.input_template = target.transformer->text;
        if (!target.transformer->paths.empty())
            transformer.input_paths_map.emplace(target.transformer->paths.begin(),
                                                target.transformer->paths.end());
    }
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Schedules& schedules) : schedules_(schedules) {}

    io::Task<Answer<ListTargetsByRuleResponse>> list_targets(Caller caller,
                                                             ListTargetsByRuleRequest request) {
        auto key = key_of(caller, request.rule, request.event_bus_name);
        if (!key) co_return pass(key);
        auto found = schedules_.find(*key);
        if (!found) co_return refuse(found.error());
        std::vector<domain::Target> all = (*found)->targets;
        std::ranges::sort(all, {}, &domain::Target::id);
        auto next = cut_page(
            all, request.next_token, static_cast<std::size_t>(request.limit.value_or(list_default)),
            [](const domain::Target& target) -> const std::string& { return target.id; });
        if (!next) co_return refuse_token();
        ListTargetsByRuleResponse out;
        out.next_token = std::move(*next);
        auto& targets = out.targets.emplace();
        for (const domain::Target& target : all) targets.push_back(describe(target));
        co_return out;
    }

    io::Task<Answer<PutTargetsResponse>> put_targets(Caller caller, PutTargetsRequest request) {
        auto key = key_of(caller, request.rule, request.event_bus_name);
        if (!key) co_return pass(key);
        std::vector<domain::Target> targets;
        for (const events::Target& given : request.targets) {
            auto target = target_of(given);
            if (!target) co_return pass(target);
            targets.push_back(std::move(*target));
        }
        auto done = co_await schedules_.put_targets(*key, std::move(targets));
        if (!done) co_return refuse(done.error());
        PutTargetsResponse out;
        out.failed_entry_count = 0;
        out.failed_entries.emplace();
        co_return out;
    }

    io::Task<Answer<RemoveTargetsResponse>> remove_targets(Caller caller,
                                                           RemoveTargetsRequest request) {
        auto key = key_of(caller, request.rule, request.event_bus_name);
        if (!key) co_return pass(key);
        auto done = co_await schedules_.remove_targets(*key, std::move(request.ids));
        if (!done) co_return refuse(done.error());
        RemoveTargetsResponse out;
        out.failed_entry_count = 0;
        out.failed_entries.emplace();
        co_return out;
    }

  private:
    domain::Schedules& schedules_;
};

}  // namespace

void register_targets(Router& router, domain::Schedules& schedules) {
    auto h = std::make_shared<Handlers>(schedules);
    io::Core& home = schedules.home();
    on<ListTargetsByRuleOp>(router, home, h, &Handlers::list_targets);
    on<PutTargetsOp>(router, home, h, &Handlers::put_targets);
    on<RemoveTargetsOp>(router, home, h, &Handlers::remove_targets);
}

}  // namespace freshet::aws::events_words
