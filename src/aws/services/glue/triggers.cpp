// Triggers: made, described, changed, started and stopped.
#include <algorithm>

#include "aws/services/glue/job_words.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;
namespace domain = jobs;

std::string crawl_state_name(domain::RunState state) {
    return state == domain::RunState::stopped ? "CANCELLED" : name_of(state);
}

Answer<domain::Condition> condition_of(const Condition& given) {
    domain::Condition condition;
    condition.job = given.job_name.value_or("");
    condition.crawler = given.crawler_name.value_or("");
    std::string word = given.state.value_or("");
    if (!condition.crawler.empty()) {
        word = given.crawl_state.value_or("");
        if (word == "CANCELLED") word = "STOPPED";
    }
    const auto state = run_state_of(word);
    if (!state)
        return refuse("InvalidInputException",
                      "A condition has the State of its job or the CrawlState of its crawler");
    condition.state = *state;
    return condition;
}

/// What CreateTrigger and a TriggerUpdate have in common.
template <class Members>
Answer<void> apply(const Members& given, const std::vector<Action>& actions,
                   domain::Trigger& trigger) {
    trigger.description = given.description.value_or("");
    trigger.schedule = given.schedule.value_or("");
    for (const Action& action : actions) {
        trigger.actions.push_back({action.job_name.value_or(""), action.crawler_name.value_or(""),
                                   arguments_of(action.arguments), action.timeout,
                                   notify_after_of(action.notification_property)});
    }
    if (!given.predicate) return {};
    trigger.fires_at_any = given.predicate->logical.value_or("AND") == "ANY";
    for (const Condition& one : given.predicate->conditions.value_or(std::vector<Condition>())) {
        auto condition = condition_of(one);
        if (!condition) return pass(condition);
        trigger.conditions.push_back(std::move(*condition));
    }
    return {};
}

const char* name_of_type(domain::TriggerType type) {
    switch (type) {
        case domain::TriggerType::on_demand:
            return "ON_DEMAND";
        case domain::TriggerType::scheduled:
            return "SCHEDULED";
        case domain::TriggerType::conditional:
            return "CONDITIONAL";
    }
    return "";
}

const char* name_of_state(domain::TriggerState state) {
    switch (state) {
        case domain::TriggerState::created:
            return "CREATED";
        case domain::TriggerState::activated:
            return "ACTIVATED";
        case domain::TriggerState::deactivated:
            return "DEACTIVATED";
    }
    return "";
}

Predicate describe_predicate(const domain::Trigger& trigger) {
    Predicate out;
    out.logical = trigger.fires_at_any ? "ANY" : "AND";
    auto& conditions = out.conditions.emplace();
    for (const domain::Condition& one : trigger.conditions) {
        Condition& made = conditions.emplace_back();
        made.logical_operator = "EQUALS";
        made.job_name = text_of(one.job);
        made.crawler_name = text_of(one.crawler);
        if (one.crawler.empty())
            made.state = name_of(one.state);
        else
            made.crawl_state = crawl_state_name(one.state);
    }
    return out;
}

Trigger describe(const domain::Trigger& trigger) {
    Trigger out;
    out.name = trigger.key.name;
    out.type = name_of_type(trigger.type);
    out.state = name_of_state(trigger.state);
    out.description = text_of(trigger.description);
    out.schedule = text_of(trigger.schedule);
    auto& actions = out.actions.emplace();
    for (const domain::Action& one : trigger.actions) {
        Action& made = actions.emplace_back();
        made.job_name = text_of(one.job);
        made.crawler_name = text_of(one.crawler);
        if (!one.arguments.empty())
            made.arguments.emplace(one.arguments.begin(), one.arguments.end());
        made.timeout = one.timeout_min;
        made.notification_property = notification_of(one.notify_after_min);
    }
    if (!trigger.conditions.empty()) out.predicate = describe_predicate(trigger);
    return out;
}

domain::TriggerType type_of(const std::string& word) {
    if (word == "SCHEDULED") return domain::TriggerType::scheduled;
    return word == "CONDITIONAL" ? domain::TriggerType::conditional
                                 : domain::TriggerType::on_demand;
}

class Handlers {
  public:
    explicit Handlers(domain::Triggers& triggers) : triggers_(triggers) {}

    io::Task<Answer<CreateTriggerResponse>> create(Caller caller, CreateTriggerRequest request) {
        domain::Trigger trigger;
        trigger.key = trigger_of(caller, request.name);
        trigger.type = type_of(request.type);
        trigger.tags = arguments_of(request.tags);
        auto good = apply(request, request.actions, trigger);
        if (!good) co_return pass(good);
        auto created = co_await triggers_.create(std::move(trigger),
                                                 request.start_on_creation.value_or(false));
        if (!created) co_return refuse_job(created.error());
        co_return CreateTriggerResponse{request.name};
    }

    io::Task<Answer<GetTriggerResponse>> get(Caller caller, GetTriggerRequest request) {
        auto found = triggers_.find(trigger_of(caller, request.name));
        if (!found) co_return refuse_job(found.error());
        co_return GetTriggerResponse{describe(**found)};
    }

    io::Task<Answer<GetTriggersResponse>> list(Caller caller, GetTriggersRequest request) {
        auto all = page(caller, request.dependent_job_name, std::nullopt);
        auto next = cut_named(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        GetTriggersResponse out;
        out.next_token = std::move(*next);
        auto& found = out.triggers.emplace();
        for (const domain::Trigger* trigger : all) found.push_back(describe(*trigger));
        co_return out;
    }

    io::Task<Answer<ListTriggersResponse>> names(Caller caller, ListTriggersRequest request) {
        auto all = page(caller, request.dependent_job_name, request.tags);
        auto next = cut_named(all, request.next_token, request.max_results);
        if (!next) co_return pass(next);
        ListTriggersResponse out;
        out.next_token = std::move(*next);
        auto& found = out.trigger_names.emplace();
        for (const domain::Trigger* trigger : all) found.push_back(trigger->key.name);
        co_return out;
    }

    io::Task<Answer<BatchGetTriggersResponse>> get_many(Caller caller,
                                                        BatchGetTriggersRequest request) {
        BatchGetTriggersResponse out;
        auto& found = out.triggers.emplace();
        auto& missing = out.triggers_not_found.emplace();
        for (const std::string& name : request.trigger_names) {
            auto trigger = triggers_.find(trigger_of(caller, name));
            if (trigger)
                found.push_back(describe(**trigger));
            else
                missing.push_back(name);
        }
        co_return out;
    }

    io::Task<Answer<UpdateTriggerResponse>> change(Caller caller, UpdateTriggerRequest request) {
        domain::Trigger trigger;
        trigger.key = trigger_of(caller, request.name);
        const TriggerUpdate& given = request.trigger_update;
        auto good = apply(given, given.actions.value_or(std::vector<Action>()), trigger);
        if (!good) co_return pass(good);
        auto updated = co_await triggers_.update(std::move(trigger));
        if (!updated) co_return refuse_job(updated.error());
        auto found = triggers_.find(trigger_of(caller, request.name));
        if (!found) co_return refuse_job(found.error());
        co_return UpdateTriggerResponse{describe(**found)};
    }

    io::Task<Answer<DeleteTriggerResponse>> remove(Caller caller, DeleteTriggerRequest request) {
        auto removed = co_await triggers_.remove(trigger_of(caller, request.name));
        if (!removed) co_return refuse_job(removed.error());
        co_return DeleteTriggerResponse{request.name};
    }

    io::Task<Answer<StartTriggerResponse>> start(Caller caller, StartTriggerRequest request) {
        auto started = co_await triggers_.activate(trigger_of(caller, request.name));
        if (!started) co_return refuse_job(started.error());
        co_return StartTriggerResponse{request.name};
    }

    io::Task<Answer<StopTriggerResponse>> stop(Caller caller, StopTriggerRequest request) {
        auto stopped = co_await triggers_.deactivate(trigger_of(caller, request.name));
        if (!stopped) co_return refuse_job(stopped.error());
        co_return StopTriggerResponse{request.name};
    }

  private:
    /// Those that start `job`, when it is given, and have `tags`.
    std::vector<const domain::Trigger*> page(const Caller& caller,
                                             const std::optional<std::string>& job,
                                             const std::optional<Pairs>& tags) const {
        auto all = triggers_.list(caller.home());
        std::erase_if(all, [&](const domain::Trigger* trigger) {
            const bool starts_it =
                !job || std::ranges::find(trigger->actions, *job, &domain::Action::job) !=
                            trigger->actions.end();
            return !starts_it || !has_tags(trigger->tags, tags);
        });
        return all;
    }

    domain::Triggers& triggers_;
};

}  // namespace

void register_triggers(Router& router, domain::Triggers& triggers) {
    auto h = std::make_shared<Handlers>(triggers);
    io::Core& home = triggers.home();
    on<CreateTriggerOp>(router, home, h, &Handlers::create);
    on<GetTriggerOp>(router, home, h, &Handlers::get);
    on<GetTriggersOp>(router, home, h, &Handlers::list);
    on<ListTriggersOp>(router, home, h, &Handlers::names);
    on<BatchGetTriggersOp>(router, home, h, &Handlers::get_many);
    on<UpdateTriggerOp>(router, home, h, &Handlers::change);
    on<DeleteTriggerOp>(router, home, h, &Handlers::remove);
    on<StartTriggerOp>(router, home, h, &Handlers::start);
    on<StopTriggerOp>(router, home, h, &Handlers::stop);
}

}  // namespace freshet::aws::glue_words
