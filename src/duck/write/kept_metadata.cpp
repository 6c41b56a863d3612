#include "duck/write/kept_metadata.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "duck/write/limits.h"
#include "sql/trino/types.h"

namespace freshet::duck {
namespace {

using Ids = KeptMetadata::Ids;

constexpr std::string_view own_id = "__duckdb_field_id";

/// They describe the columns of the file that they are in, some of them by place: the columns of a
/// merged file are the table's.
constexpr std::array<std::string_view, 8> of_columns = {
    "ARROW:schema",        "pandas",        "org.apache.spark.sql.parquet.row.metadata",
    "parquet.avro.schema", "avro.schema",   "iceberg.schema",
    "writer.model.name",   "presto.columns"};

/// Of the node at `at`, which is moved after it.
Ids ids_of(const std::vector<SchemaNode>& nodes, std::size_t& at) {
    const SchemaNode& node = nodes[at++];
    Ids made{node.id, {}};
    const bool is_list = node.converted == "LIST" || node.logical.starts_with("ListType");
    const bool is_map = node.converted.starts_with("MAP") || node.logical.starts_with("MapType");
    if ((is_list || is_map) && node.children == 1 && at < nodes.size()) {
        const bool is_element = is_list && nodes[at].children != 1;  // a list of two levels
        if (is_element) {
            made.fields["element"] = ids_of(nodes, at);
            return made;
        }
        const auto inner = nodes[at++].children;
        for (std::int64_t i = 0; i < inner && at < nodes.size(); ++i)
            made.fields[is_list ? "element" : i == 0 ? "key" : "value"] = ids_of(nodes, at);
        return made;
    }
    for (std::int64_t i = 0; i < node.children && at < nodes.size(); ++i) {
        const std::string name = sql::trino::lower_case(nodes[at].name);
        made.fields[name] = ids_of(nodes, at);
    }
    return made;
}

/// Adds what `one` has and `all` does not; the path of the first field of both that has another id.
std::optional<std::string> contradiction(Ids& all, const Ids& one, const std::string& path) {
    if (all.id != one.id) return path;
    for (const auto& [name, ids] : one.fields) {
        const auto [known, is_new] = all.fields.emplace(name, ids);
        if (is_new) continue;
        const std::string inner = path.empty() ? name : path + "." + name;
        if (auto found = contradiction(known->second, ids, inner)) return found;
    }
    return std::nullopt;
}

/// The path of a field that cannot be written with an id, or whose id another one has.
std::optional<std::string> unfit(const Ids& ids, const std::string& path,
                                 std::set<std::int64_t>& seen) {
    if (ids.id && (*ids.id < INT32_MIN || *ids.id > INT32_MAX || !seen.insert(*ids.id).second))
        return path;
    for (const auto& [name, field] : ids.fields) {
        const std::string inner = path.empty() ? name : path + "." + name;
        if (name.empty() || name == own_id) return inner;
        if (auto found = unfit(field, inner, seen)) return found;
    }
    return std::nullopt;
}

/// "" when it has no id, nor has any field of it.
std::string id_sql(const Ids& ids) {
    std::string fields;
    for (const auto& [name, field] : ids.fields) {
        const std::string inner = id_sql(field);
        if (!inner.empty())
            fields += (fields.empty() ? "" : ", ") + sql::trino::quote_text(name) + ": " + inner;
    }
    if (!ids.id) return fields.empty() ? "" : "{" + fields + "}";
    const std::string own = std::to_string(*ids.id);
    if (fields.empty()) return own;
    return "{" + std::string(own_id) + ": " + own + ", " + fields + "}";
}

std::string blob_sql(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string sql = "'";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        sql += "\\x";
        sql += digits[byte >> 4];
        sql += digits[byte & 15];
    }
    return sql + "'::BLOB";
}

std::map<std::string, std::string> entries_of(duckdb::Connection& connection,
                                              const std::string& path) {
    auto result = connection.Query("SELECT key, value FROM parquet_kv_metadata(" +
                                   sql::trino::quote_text(path) + ")");
    if (result->HasError()) result->ThrowError();
    std::map<std::string, std::string> entries;
    while (auto chunk = result->Fetch()) {
        if (chunk->size() == 0) break;
        for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
            const auto key = chunk->GetValue(0, row), value = chunk->GetValue(1, row);
            if (key.IsNull()) continue;
            entries[duckdb::StringValue::Get(key)] =
                value.IsNull() ? "" : duckdb::StringValue::Get(value);
        }
    }
    return entries;
}

}  // namespace

void KeptMetadata::add(duckdb::Connection& connection, const std::string& name,
                       const std::string& path, const std::vector<SchemaNode>& nodes) {
    add_ids(name, nodes);
    Entries entries = entries_of(connection, path);
    std::erase_if(entries, [](const auto& entry) {
        return std::ranges::find(of_columns, entry.first) != of_columns.end();
    });
    add_entries(name, entries);
    ++sources_;
}

void KeptMetadata::add_ids(const std::string& name, const std::vector<SchemaNode>& nodes) {
    if (!has_ids_ || nodes.empty()) return;
    std::size_t at = 0;
    Ids found = ids_of(nodes, at);
    found.id.reset();  // the root has no name in a table
    std::optional<std::string> why;
    std::set<std::int64_t> seen;
    if (const auto path = contradiction(ids_, found, ""))
        why = "that of " + *path + " in " + name + " is not the one of the files before it";
    else if (const auto other = unfit(ids_, "", seen))
        why =
            "that of " + *other + " in " + name + " is of another field too, or cannot be written";
    if (!why) return;
    has_ids_ = false;
    notes_.push_back("field ids are not kept: " + *why);
}

void KeptMetadata::add_entries(const std::string& name, const Entries& entries) {
    std::size_t bytes = 0;
    for (const auto& [key, value] : entries) {
        const bool is_text = duckdb::Value::StringIsValid(key.data(), key.size());
        bytes += key.size() + value.size();
        if (key.empty() || !is_text || bytes > limits::kept_metadata_bytes_max)
            drop_entry(key, !is_text || key.empty() ? "its name is no text" : "it is too large");
    }
    if (sources_ == 0) {
        for (const auto& [key, value] : entries) {
            const auto alike = std::ranges::find_if(entries_, [&](const auto& entry) {
                return sql::trino::lower_case(entry.first) == sql::trino::lower_case(key);
            });
            if (dropped_.contains(key)) continue;
            if (alike == entries_.end())
                entries_.emplace(key, value);
            else
                drop_entry(key, "its name differs from " + alike->first + " in case only");
        }
        return;
    }
    for (const auto& [key, value] : Entries(entries_)) {
        const auto found = entries.find(key);
        if (found == entries.end())
            drop_entry(key, name + " does not have it");
        else if (found->second != value)
            drop_entry(key, name + " has another value of it");
    }
    for (const auto& [key, value] : entries) {
        if (!entries_.contains(key)) drop_entry(key, "only some of the files have it");
    }
}

void KeptMetadata::drop_entry(const std::string& key, const std::string& why) {
    entries_.erase(key);
    if (!dropped_.insert(key).second) return;
    std::string shown = key.substr(0, limits::shown_key_bytes_max);
    while (!duckdb::Value::StringIsValid(shown.data(), shown.size())) shown.pop_back();
    if (dropped_.size() <= limits::dropped_notes_max)
        notes_.push_back("the metadata " + shown + " is not kept: " + why);
}

std::string KeptMetadata::copy_options() const {
    std::string options;
    if (const std::string ids = has_ids_ ? id_sql(ids_) : ""; !ids.empty())
        options += ", FIELD_IDS " + ids;
    std::string entries;
    for (const auto& [key, value] : entries_)
        entries +=
            (entries.empty() ? "" : ", ") + sql::trino::quote_text(key) + ": " + blob_sql(value);
    if (!entries.empty()) options += ", KV_METADATA {" + entries + "}";
    return options;
}

}  // namespace freshet::duck
