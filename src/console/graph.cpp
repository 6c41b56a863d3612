#include "console/graph.h"

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/text/arn.h"
#include "console/json_writer.h"
#include "record/json/json.h"

namespace freshet::console {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

void write(JsonWriter& json, const Node& node) {
    json.open('{').member("id", node.id).member("kind", node.kind).member("name", node.name);
    json.member("state", node.state).key("figures").open('[');
    for (const Figure& figure : node.figures) {
        json.open('{').member("label", figure.label).key("value").real(figure.value);
        json.member("unit", std::string_view(figure.unit));
        if (!figure.text.empty()) json.member("text", figure.text);
        json.close('}');
    }
    json.close(']');
    if (!node.trouble.empty()) json.member("trouble", node.trouble);
    json.close('}');
}

}  // namespace

bool Graph::has(std::string_view id) const {
    return std::ranges::any_of(nodes, [&](const Node& node) { return node.id == id; });
}

void Graph::connect(std::string from, std::string to, double rate, Millis lag) {
    edges.push_back({std::move(from), std::move(to), rate, lag.count()});
}

Bytes to_json(const Graph& graph) {
    JsonWriter json;
    json.open('{').member("now_ms", to_epoch_ms(graph.now)).key("nodes").open('[');
    for (const Node& node : graph.nodes) write(json, node);
    json.close(']').key("edges").open('[');
    for (const Edge& edge : graph.edges) {
        if (!graph.has(edge.from) || !graph.has(edge.to)) continue;
        json.open('{').member("from", edge.from).member("to", edge.to);
        json.key("rate").real(edge.rate).member("lag_ms", edge.lag_ms).close('}');
    }
    json.close(']').close('}');
    return json.take();
}

bool names_table(std::string_view sql, std::string_view name) {
    if (name.empty()) return false;
    for (std::size_t at = 0; at + name.size() <= sql.size(); ++at) {
        if (at > 0 && is_word(sql[at - 1])) continue;
        const std::string_view found = sql.substr(at, name.size());
        const bool is_at_word_end =
            at + name.size() == sql.size() || !is_word(sql[at + name.size()]);
        if (is_at_word_end &&
            std::ranges::equal(found, name, [](char a, char b) { return lower(a) == lower(b); }))
            return true;
    }
    return false;
}

std::string view_sql(std::string_view stored) {
    constexpr std::string_view begin = "/* Presto View: ";
    if (!stored.starts_with(begin)) return std::string(stored);
    const auto end = stored.find(" */");
    std::string json;
    if (end == std::string_view::npos ||
        !base64_decode(stored.substr(begin.size(), end - begin.size()), json))
        return std::string(stored);
    const auto members = record::members_of(json);
    if (!members) return std::string(stored);
    for (const record::JsonMember& member : *members) {
        if (member.path == "$.originalSql") return member.text;
    }
    return std::string(stored);
}

std::string bucket_of(std::string_view location) {
    constexpr std::string_view scheme = "s3://";
    if (!location.starts_with(scheme)) return {};
    location.remove_prefix(scheme.size());
    return std::string(location.substr(0, location.find('/')));
}

std::string name_in_arn(std::string_view arn, std::string_view before) {
    const auto parsed = parse_arn(arn);
    if (!parsed || !parsed->resource.starts_with(before)) return {};
    return parsed->resource.substr(before.size());
}

}  // namespace freshet::console
