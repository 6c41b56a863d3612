#include "duck/write/parquet_schema.h"

#include <utility>

#include "sql/trino/types.h"

namespace freshet::duck {

std::vector<SchemaNode> schema_of(duckdb::Connection& connection, const std::string& path) {
    auto result = connection.Query(
        "SELECT name, repetition_type, converted_type, logical_type, num_children, field_id FROM "
        "parquet_schema(" +
        sql::trino::quote_text(path) + ")");
    if (result->HasError()) result->ThrowError();
    std::vector<SchemaNode> nodes;
    while (auto chunk = result->Fetch()) {
        if (chunk->size() == 0) break;
        for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
            const auto text = [&](duckdb::idx_t column) {
                const auto value = chunk->GetValue(column, row);
                return value.IsNull() ? std::string() : value.ToString();
            };
            const auto number = [&](duckdb::idx_t column) -> std::optional<std::int64_t> {
                const auto value = chunk->GetValue(column, row);
                if (value.IsNull()) return std::nullopt;
                return value.GetValue<std::int64_t>();
            };
            nodes.push_back({text(0), text(1), text(2), text(3), number(4).value_or(0), number(5)});
        }
    }
    return nodes;
}

std::string misread(const std::vector<SchemaNode>& nodes) {
    std::vector<std::pair<const SchemaNode*, std::int64_t>> parents;  ///< with the children left
    for (const SchemaNode& node : nodes) {
        while (!parents.empty() && parents.back().second == 0) parents.pop_back();
        const SchemaNode* parent = parents.empty() ? nullptr : parents.back().first;
        if (!parents.empty()) --parents.back().second;
        if (node.converted == "INTERVAL") return "an INTERVAL, which reads as NULL";
        if (node.converted == "BSON" || node.logical.starts_with("BsonType")) return "BSON";
        if (node.converted == "MAP_KEY_VALUE" && node.repetition != "REPEATED")
            return "a map of an old form";
        if (node.repetition == "REPEATED" && node.children == 1 && parent != nullptr) {
            const bool is_in_list = parent->converted == "LIST";
            const bool is_map =
                parent->converted.starts_with("MAP") || parent->logical.starts_with("MapType");
            const bool is_two_level = node.name == "array" || node.name == parent->name + "_tuple";
            if (!is_map && (!is_in_list || is_two_level))
                return "a list of an old form, whose rows of one field read as that field";
        }
        if (node.children > 0) parents.emplace_back(&node, node.children);
    }
    return "";
}

}  // namespace freshet::duck
