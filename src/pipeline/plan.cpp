#include "pipeline/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/check.h"
#include "pipeline/needs.h"

namespace freshet::pipeline {
namespace {

/// Fields that differ; one that is not there is as one that is empty.
std::vector<Difference> compare(const Fields& is, const Fields& wanted) {
    std::vector<Difference> all;
    std::set<std::string> names;
    for (const auto& [field, text] : is) names.insert(field);
    for (const auto& [field, text] : wanted) names.insert(field);
    const auto text_of = [](const Fields& fields, const std::string& field) {
        const auto found = fields.find(field);
        return found == fields.end() ? std::string() : found->second;
    };
    for (const std::string& field : names) {
        Difference one{field, text_of(is, field), text_of(wanted, field)};
        if (one.is != one.wanted) all.push_back(std::move(one));
    }
    return all;
}

Step step_of(const Named& named) {
    Step step;
    step.kind = named.kind;
    step.name = named.name;
    step.outcome = "planned";
    return step;
}

std::string problem_of(const Named& named, const aws::Fault& fault) {
    return fmt::format("{} {} (line {}): {}: {}", named.kind, named.name, named.place, fault.code,
                       fault.message);
}

void mark_unreached(Report& report) {
    for (Step& step : report.steps) {
        const bool acts = step.action != "unchanged" && step.action != "absent";
        if (acts && step.outcome == "planned") step.outcome = "not reached";
    }
}

io::Task<aws::Answer<Step>> plan_apply(Calls& calls, const Named& named) {
    Step step = step_of(named);
    auto is = co_await named.resource->look(calls);
    if (!is) co_return pass(is);
    if (!*is) {
        step.action = "create";
        co_return step;
    }
    step.differences = compare(**is, named.resource->wanted());
    step.action = step.differences.empty() ? "unchanged" : "update";
    for (const Difference& difference : step.differences) {
        if (named.resource->can_change(difference.field)) continue;
        step.action = "replace";
        step.message += fmt::format("{}{} cannot change in place", step.message.empty() ? "" : "; ",
                                    difference.field);
    }
    co_return step;
}

io::Task<aws::Answer<void>> carry_out(Calls& calls, const Named& named, const Step& step) {
    aws::Answer<void> done;
    if (step.action == "create") {
        done = co_await named.resource->create(calls);
    } else if (step.action == "update") {
        std::set<std::string> differing;
        for (const Difference& difference : step.differences) differing.insert(difference.field);
        done = co_await named.resource->change(calls, std::move(differing));
    } else if (step.action == "remove") {
        done = co_await named.resource->remove(calls);
        if (!done && is_absent(done.error())) done = {};
    }
    co_return done;
}

/// What its calls would be refused for, as far as that shows without carrying them out.
io::Task<aws::Answer<void>> judge(Calls& calls, const Named& named, const Step& step) {
    if (step.action != "create" && step.action != "update") co_return aws::Answer<void>();
    Calls judging = calls.judging();
    auto good = co_await carry_out(judging, named, step);
    if (!good || step.action == "create") co_return good;
    auto seen = co_await named.resource->look(calls);  // what change() goes by again
    if (!seen) co_return pass(seen);
    co_return good;
}

/// `order[i]` is what `report.steps[i]` is about.
io::Task<void> carry_out_all(Calls& calls, std::vector<const Named*> order, Report& report) {
    FRESHET_CHECK(order.size() == report.steps.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        Step& step = report.steps[i];
        FRESHET_CHECK(step.outcome == "planned");  // carried out once, and none that was refused
        if (step.action == "unchanged" || step.action == "absent") {
            step.outcome = "done";
            continue;
        }
        auto done = co_await carry_out(calls, *order[i], step);
        step.outcome = done ? "done" : "failed";
        if (done) continue;
        step.message = fmt::format("{}: {}", done.error().code, done.error().message);
        report.problem = problem_of(*order[i], done.error());
        mark_unreached(report);
        co_return;
    }
}

}  // namespace

std::vector<Named> read_resources(const Value& root, const Surroundings& surroundings,
                                  Problems& problems) {
    std::vector<Named> all;
    Section file(root, problems);
    file.has("parameters");
    Section parameters = file.inner("parameters");
    for (const Kind& kind : all_kinds()) {
        const Value* section = root.find(kind.section);
        if (section && section->kind == Value::Kind::nothing) continue;
        const Section read = file.inner(kind.section);
        for (const auto& [name, value] : read.value().members) {
            Section settings(value, problems);
            auto resource = kind.read(name.text, settings, surroundings);
            settings.finish();
            all.push_back({kind.word, name.text, name.place(), std::move(resource)});
        }
    }
    file.finish();
    return all;
}

io::Task<Report> apply(Calls& calls, const std::vector<Named>& resources, bool is_dry_run) {
    Report report;
    std::vector<const Named*> order;
    for (const Named& named : resources) {
        auto step = co_await plan_apply(calls, named);
        if (!step) {
            report.problem = problem_of(named, step.error());
            mark_unreached(report);
            co_return report;
        }
        if (step->action == "replace" && report.problem.empty())
            report.problem = fmt::format(
                "{} {} (line {}): {}; nothing was done. Destroy it and apply again to replace it",
                named.kind, named.name, named.place, step->message);
        aws::Answer<void> good;
        if (step->action == "create") good = co_await find_needs(calls, *named.resource, resources);
        if (good) good = co_await judge(calls, named, *step);
        if (!good) {
            step->outcome = "failed";
            step->message = fmt::format("{}: {}", good.error().code, good.error().message);
            if (report.problem.empty())
                report.problem = problem_of(named, good.error()) + "; nothing was done";
        }
        report.steps.push_back(std::move(*step));
        order.push_back(&named);
    }
    if (!report.problem.empty()) mark_unreached(report);
    if (report.problem.empty() && !is_dry_run)
        co_await carry_out_all(calls, std::move(order), report);
    co_return report;
}

io::Task<Report> destroy(Calls& calls, const std::vector<Named>& resources, bool is_dry_run) {
    Report report;
    std::vector<const Named*> order;
    std::set<std::string> names;
    for (const Named& named : resources) names.insert(fmt::format("{} {}", named.kind, named.name));
    for (const Named& named : std::ranges::reverse_view(resources)) {
        Step step = step_of(named);
        auto is = co_await named.resource->look(calls);
        aws::Answer<std::string> obstacle;
        if (is && *is) obstacle = co_await named.resource->obstacle(calls, names);
        if (!is || !obstacle) {
            report.problem = problem_of(named, !is ? is.error() : obstacle.error());
            mark_unreached(report);
            co_return report;
        }
        step.action = *is ? "remove" : "absent";
        step.message = *obstacle;
        if (!step.message.empty() && report.problem.empty())
            report.problem = fmt::format("{} {} (line {}): {}; nothing was removed", named.kind,
                                         named.name, named.place, step.message);
        report.steps.push_back(std::move(step));
        order.push_back(&named);
    }
    if (!report.problem.empty()) mark_unreached(report);
    if (report.problem.empty() && !is_dry_run)
        co_await carry_out_all(calls, std::move(order), report);
    co_return report;
}

}  // namespace freshet::pipeline
