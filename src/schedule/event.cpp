#include "schedule/event.h"

#include <fmt/format.h>

#include "schedule/errors.h"

namespace freshet::schedule {
namespace {

/// The members of the event as JSON, in AWS's order.
std::vector<std::pair<std::string, std::string>> members(const Rule& rule, Timestamp tick,
                                                         const std::string& id) {
    const auto text = [](const std::string& value) { return fmt::format("\"{}\"", value); };
    std::string time = to_iso8601(tick);
    time = time.substr(0, 19) + "Z";
    return {{"version", text("0")},
            {"id", text(id)},
            {"detail-type", text("Scheduled Event")},
            {"source", text("aws.events")},
            {"account", text(rule.key.account)},
            {"time", text(time)},
            {"region", text(rule.key.region)},
            {"resources", "[" + text(arn_of(rule.key)) + "]"},
            {"detail", "{}"}};
}

bool is_path(const std::string& path) {
    return path == "$" || (path.starts_with("$.") &&
                           path.find_first_of(".[", 2) == std::string::npos && path.size() > 2);
}

std::string at_path(const Rule& rule, Timestamp tick, const std::string& id,
                    const std::string& path) {
    if (path == "$") return scheduled_event(rule, tick, id);
    for (const auto& [name, value] : members(rule, tick, id)) {
        if (path.substr(2) == name) return value;
    }
    return "null";
}

}  // namespace

std::string arn_of(const RuleKey& key) {
    return fmt::format("arn:aws:events:{}:{}:rule/{}", key.region, key.account, key.name);
}

std::string scheduled_event(const Rule& rule, Timestamp tick, const std::string& id) {
    std::string out;
    for (const auto& [name, value] : members(rule, tick, id))
        out += fmt::format("{}\"{}\":{}", out.empty() ? "{" : ",", name, value);
    return out + "}";
}

std::string input_of(const Target& target, const Rule& rule, Timestamp tick,
                     const std::string& id) {
    if (target.input) return *target.input;
    if (target.input_path) return at_path(rule, tick, id, *target.input_path);
    if (!target.transformer) return scheduled_event(rule, tick, id);
    const std::string& text = target.transformer->text;
    std::string out;
    bool in_text = false;  // there a value goes without its quotes
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"' && (at == 0 || text[at - 1] != '\\')) in_text = !in_text;
        const std::size_t end = text[at] == '<' ? text.find('>', at) : std::string::npos;
        const auto path = end == std::string::npos
                              ? target.transformer->paths.end()
                              : target.transformer->paths.find(text.substr(at + 1, end - at - 1));
        if (path == target.transformer->paths.end()) {
            out += text[at];
            continue;
        }
        const std::string value = at_path(rule, tick, id, path->second);
        out += in_text && value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
        at = end;
    }
    return out;
}

Result<> check_target(const Target& target) {
    if (target.input_path && !is_path(*target.input_path))
        return fail(Errc::invalid, fmt::format("InputPath {} is not valid", *target.input_path));
    if (!target.transformer) return {};
    for (const auto& [name, path] : target.transformer->paths) {
        if (!is_path(path))
            return fail(
                Errc::invalid,
                fmt::format("InputTransformer: the path {} of {} is not valid", path, name));
    }
    return {};
}

}  // namespace freshet::schedule
