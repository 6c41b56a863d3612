#include "schedule/event.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/arn.h"
#include "base/text/json_text.h"
#include "schedule/errors.h"
#include "schedule/template.h"

namespace freshet::schedule {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;  ///< names and values as JSON

std::string object(const Members& members) {
    std::string out;
    for (const auto& [name, value] : members)
        out += fmt::format("{}\"{}\":{}", out.empty() ? "{" : ",", name, value);
    return out + "}";
}

/// Those of the event, in AWS's order.
Members members(const Rule& rule, Timestamp tick, const std::string& id) {
    std::string time = to_iso8601(tick);
    time = time.substr(0, 19) + "Z";
    return {{"version", json_text("0")},
            {"id", json_text(id)},
            {"detail-type", json_text("Scheduled Event")},
            {"source", json_text("aws.events")},
            {"account", json_text(rule.key.home.account)},
            {"time", json_text(time)},
            {"region", json_text(rule.key.home.region)},
            {"resources", "[" + json_text(arn_of(rule.key)) + "]"},
            {"detail", "{}"}};
}

/// "$", then members as ".name" and elements as "[0]".
bool is_path(std::string_view path) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/";
    if (!path.starts_with('$')) return false;
    path.remove_prefix(1);
    while (!path.empty()) {
        const bool is_element = path[0] == '[';
        if (!is_element && path[0] != '.') return false;
        const std::size_t end =
            std::min(path.find_first_not_of(is_element ? "0123456789" : letters, 1), path.size());
        if (end == 1 || (is_element && !path.substr(end).starts_with(']'))) return false;
        path.remove_prefix(is_element ? end + 1 : end);
    }
    return true;
}

/// What the event has at the path. Its `detail` is empty, and the other members but `resources` are
/// texts, so nothing lies deeper than that list's one element.
std::optional<std::string> at_path(const Rule& rule, Timestamp tick, const std::string& id,
                                   const std::string& path) {
    if (path == "$") return scheduled_event(rule, tick, id);
    if (path == "$.resources[0]") return json_text(arn_of(rule.key));
    for (const auto& [name, value] : members(rule, tick, id)) {
        if (path.substr(2) == name) return value;
    }
    return std::nullopt;
}

/// The variables that each template has, with their values.
Members variables(const Rule& rule, Timestamp tick, const std::string& id) {
    Members event = members(rule, tick, id);
    std::erase_if(event, [](const auto& member) { return member.first == "detail"; });
    for (auto& [name, value] : event) {
        if (name == "detail-type") name = "detailType";
    }
    return {{"aws.events.rule-arn", json_text(arn_of(rule.key))},
            {"aws.events.rule-name", json_text(rule.key.name)},
            {"aws.events.event.ingestion-time", *at_path(rule, tick, id, "$.time")},
            {"aws.events.event", object(event)},
            {"aws.events.event.json", scheduled_event(rule, tick, id)}};
}

}  // namespace

std::string arn_of(const RuleKey& key) { return arn_text("events", key, "rule/"); }

std::string scheduled_event(const Rule& rule, Timestamp tick, const std::string& id) {
    return object(members(rule, tick, id));
}

std::string input_of(const Target& target, const Rule& rule, Timestamp tick,
                     const std::string& id) {
    if (target.input) return *target.input;
    if (target.input_path) return at_path(rule, tick, id, *target.input_path).value_or("null");
    if (!target.transformer) return scheduled_event(rule, tick, id);
    const Members given = variables(rule, tick, id);
    return fill(target.transformer->text, [&](const std::string& name) {
        const auto path = target.transformer->paths.find(name);
        if (path != target.transformer->paths.end()) return at_path(rule, tick, id, path->second);
        const auto found = std::ranges::find(given, name, &Members::value_type::first);
        return found == given.end() ? std::nullopt : std::optional(found->second);
    });
}

Result<> check_target(const Target& target) {
    if (target.input_path && !is_path(*target.input_path))
        return fail(Errc::invalid,
                    fmt::format("InputPath {} of target {} is not valid: members and indices are "
                                "built, as in $.resources[0]",
                                *target.input_path, target.id));
    if (!target.transformer) return {};
    const auto& [paths, text] = *target.transformer;
    for (const auto& [name, path] : paths) {
        if (name.starts_with("AWS"))
            return fail(Errc::invalid,
                        fmt::format("InputTransformer of target {}: the name {} is reserved",
                                    target.id, name));
        if (!is_path(path))
            return fail(Errc::invalid,
                        fmt::format("InputTransformer of target {}: the path {} of {} is not "
                                    "valid: members and indices are built, as in $.resources[0]",
                                    target.id, path, name));
    }
    const Members given = variables({}, {}, "");
    std::string unknown;
    fill(text, [&](const std::string& name) {
        if (!paths.contains(name) &&
            std::ranges::find(given, name, &Members::value_type::first) == given.end())
            unknown = name;
        return std::nullopt;
    });
    if (unknown.empty()) return {};
    return fail(Errc::invalid,
                fmt::format("InputTemplate for target {} contains invalid placeholder {}.",
                            target.id, unknown));
}

}  // namespace freshet::schedule
