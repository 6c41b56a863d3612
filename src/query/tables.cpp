#include "query/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "sql/trino/parser.h"

namespace freshet::query {
namespace {

namespace trino = sql::trino;

constexpr std::string_view view_begin = "/* Presto View: ";
constexpr std::string_view view_end = " */";

void put_point(std::string& text, std::uint32_t point) {
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xC0U | point >> 6U);
        text += static_cast<char>(0x80U | (point & 63U));
    } else if (point < 0x10000) {
        text += static_cast<char>(0xE0U | point >> 12U);
        text += static_cast<char>(0x80U | (point >> 6U & 63U));
        text += static_cast<char>(0x80U | (point & 63U));
    } else {
        text += static_cast<char>(0xF0U | point >> 18U);
        text += static_cast<char>(0x80U | (point >> 12U & 63U));
        text += static_cast<char>(0x80U | (point >> 6U & 63U));
        text += static_cast<char>(0x80U | (point & 63U));
    }
}

std::uint32_t hex_of(std::string_view digits) { return static_cast<std::uint32_t>(std::strtoul(std::string(digits).c_str(), nullptr, 16)); }

/// The JSON string whose opening quote is at `at`; moved behind it. The view's JSON is flat enough for this.
std::string json_text(std::string_view json, std::size_t& at) {
    std::string text;
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (json[at] != '\\' || at + 1 >= json.size()) {
            text += json[at];
            continue;
        }
        const char c = json[++at];
        if (c == 'u' && at + 4 < json.size()) {
            std::uint32_t point = hex_of(json.substr(at + 1, 4));
            at += 4;
            if (point >= 0xD800 && point < 0xDC00 && json.substr(at + 1, 2) == "\\u") {
                point = 0x10000 + ((point - 0xD800) << 10U) + (hex_of(json.substr(at + 3, 4)) - 0xDC00);
                at += 6;
            }
            put_point(text, point);
        } else {
            text += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
        }
    }
    ++at;
    return text;
}

/// The text of a member of the outermost object; "" when there is none.
std::string json_member(std::string_view json, std::string_view name) {
    int depth = 0;
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] == '{' || json[at] == '[') ++depth;
        if (json[at] == '}' || json[at] == ']') --depth;
        if (json[at] != '"') {
            ++at;
            continue;
        }
        const std::string key = json_text(json, at);
        while (at < json.size() && (json[at] == ' ' || json[at] == '\n')) ++at;
        if (depth != 1 || key != name || at >= json.size() || json[at] != ':') continue;
        at = json.find_first_not_of(" \n\t", at + 1);
        return at != std::string_view::npos && json[at] == '"' ? json_text(json, at) : "";
    }
    return "";
}

/// Names and types of the members of "columns".
std::vector<std::pair<std::string, std::string>> json_columns(std::string_view json) {
    std::vector<std::pair<std::string, std::string>> columns;
    int depth = 0;
    std::string outer;
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] == '{' && depth == 2 && outer == "columns") columns.emplace_back();
        if (json[at] == '{' || json[at] == '[') ++depth;
        if (json[at] == '}' || json[at] == ']') --depth;
        if (json[at] != '"') {
            ++at;
            continue;
        }
        const std::string key = json_text(json, at);
        at = std::min(json.find_first_not_of(" \n\t", at), json.size());
        if (at >= json.size() || json[at] != ':') continue;
        if (depth == 1) outer = key;
        at = std::min(json.find_first_not_of(" \n\t", at + 1), json.size());
        if (depth != 3 || columns.empty() || at >= json.size() || json[at] != '"') continue;
        std::string value = json_text(json, at);
        if (key == "name") columns.back().first = std::move(value);
        if (key == "type") columns.back().second = std::move(value);
    }
    return columns;
}

std::string json_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

}  // namespace

bool is_view(const CatalogTable& table) { return table.table_type == "VIRTUAL_VIEW"; }

std::optional<sql::plan::Format> format_of(const CatalogTable& table) {
    const std::string serde = trino::lower_case(table.serde);
    const auto has = [&](std::string_view part) { return serde.find(part) != std::string::npos; };
    if (has("opencsvserde")) return sql::plan::Format::quoted;
    if (has("jsonserde")) return sql::plan::Format::json;
    if (has("parquet")) return sql::plan::Format::parquet;
    if (has("lazysimpleserde")) return sql::plan::Format::delimited;
    return std::nullopt;
}

bool is_symlink(const CatalogTable& table) { return table.input_format == "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"; }

namespace {

/// Why files of the table's InputFormat are not what its SerDe reads; "" when they are. A table that names none is read
/// as its SerDe says.
std::string wrong_input_format(const CatalogTable& table, sql::plan::Format format) {
    static constexpr std::string_view of_text[] = {"org.apache.hadoop.mapred.TextInputFormat"};
    static constexpr std::string_view of_parquet[] = {"org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", "parquet.hive.DeprecatedParquetInputFormat",
                                                      "parquet.hive.MapredParquetInputFormat"};
    const auto named = [&](const auto& list) { return std::ranges::find(list, table.input_format) != std::end(list); };
    const bool is_parquet = format == sql::plan::Format::parquet;
    if (table.input_format.empty() || is_symlink(table) || (is_parquet ? named(of_parquet) : named(of_text))) return "";
    if (table.input_format == "org.apache.hadoop.mapred.SequenceFileInputFormat") return fmt::format("Freshet does not build {} (table {}.{})", table.input_format, table.database, table.name);
    const bool known = named(of_text) || named(of_parquet);
    return fmt::format("Unable to create input format {}{} (table {}.{})", table.input_format, known ? " for SerDe " + table.serde : "", table.database, table.name);
}

void refuse(trino::TableInfo& info, std::string why, const char* code = "NOT_SUPPORTED") {
    info.readable = false;
    info.why = std::move(why);
    info.why_code = code;
}

}  // namespace

trino::TableInfo table_info(const CatalogTable& table) {
    trino::TableInfo info;
    info.database = table.database;
    info.name = table.name;
    if (is_view(table)) {
        info.is_view = true;
        if (const auto view = read_view(table)) {
            info.view_sql = view->sql;
            info.view_database = view->database;
            for (const auto& [name, type] : view->columns) info.view_columns.push_back({name, trino::parse_type(type).value_or(trino::Type{}), false});
        }
        return info;
    }
    const auto add = [&](const CatalogColumn& column, bool partition) {
        const auto type = trino::parse_hive_type(column.type);
        if (!type || type->is(trino::TypeKind::char_)) {
            info.readable = false;
            info.why = fmt::format("the type {} of column {} of table {}.{} is not supported", column.type, column.name, table.database, table.name);
        }
        info.columns.push_back({column.name, type.value_or(trino::Type{}), partition});
    };
    for (const auto& column : table.columns) add(column, false);
    for (const auto& key : table.partition_keys) add(key, true);
    const auto format = format_of(table);
    if (!format) {
        refuse(info, fmt::format("the SerDe {} of table {}.{} is not supported", table.serde, table.database, table.name));
    } else if (std::string why = wrong_input_format(table, *format); !why.empty()) {
        refuse(info, std::move(why), "HIVE_UNSUPPORTED_FORMAT");
    }
    // Their files are not their rows: a log beside them says which count.
    for (const char* key : {"table_type", "spark.sql.sources.provider"}) {
        const auto found = table.parameters.find(key);
        const std::string kind = found == table.parameters.end() ? "" : trino::lower_case(found->second);
        if (kind != "iceberg" && kind != "delta" && kind != "hudi") continue;
        refuse(info, fmt::format("table {}.{} is of {}, whose tables are not supported", table.database, table.name, kind == "iceberg" ? "Iceberg" : kind == "delta" ? "Delta Lake" : "Hudi"));
    }
    if (const auto found = table.parameters.find("projection.enabled"); found != table.parameters.end() && trino::lower_case(found->second) == "true") {
        refuse(info, fmt::format("partition projection (table {}.{}) is not supported", table.database, table.name));
    }
    return info;
}

std::optional<StoredView> read_view(const CatalogTable& table) {
    std::string_view text = table.view_original_text;
    const auto begin = text.find(view_begin);
    const auto end = text.rfind(view_end);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
    std::string json;
    if (!base64_decode(text.substr(begin + view_begin.size(), end - begin - view_begin.size()), json)) return std::nullopt;
    StoredView view{json_member(json, "originalSql"), trino::lower_case(json_member(json, "schema")), json_columns(json)};
    if (view.sql.empty()) return std::nullopt;
    if (view.database.empty()) view.database = table.database;
    return view;
}

CatalogTable make_view(const std::string& database, const std::string& name, const std::string& sql, const std::string& default_database,
                       const std::vector<trino::OutputColumn>& columns) {
    CatalogTable table;
    table.database = database;
    table.name = name;
    table.table_type = "VIRTUAL_VIEW";
    table.parameters = {{"presto_view", "true"}, {"comment", "Presto View"}};
    table.view_expanded_text = "/* Presto View */";
    std::string list;
    for (const auto& column : columns) {
        const std::string lower = trino::lower_case(column.name);
        table.columns.push_back({lower, trino::hive_name(column.type), ""});
        list += (list.empty() ? "" : ",") + fmt::format(R"({{"name":{},"type":{}}})", json_quoted(lower), json_quoted(column.type.name()));
    }
    table.view_original_text = std::string(view_begin) +
                               base64_encode(fmt::format(R"({{"originalSql":{},"catalog":"awsdatacatalog","schema":{},"columns":[{}]}})", json_quoted(sql), json_quoted(default_database), list)) +
                               std::string(view_end);
    return table;
}

bool split_location(std::string_view location, std::string& bucket, std::string& key) {
    for (const std::string_view scheme : {"s3://", "s3a://", "s3n://"}) {
        if (!location.starts_with(scheme)) continue;
        location.remove_prefix(scheme.size());
        const auto slash = location.find('/');
        bucket = location.substr(0, slash);
        key = slash == std::string_view::npos ? "" : location.substr(slash + 1);
        return !bucket.empty();
    }
    return false;
}

std::string partition_path(const std::vector<CatalogColumn>& keys, const std::vector<std::string>& values) {
    std::string path;
    for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) {
        path += (i > 0 ? "/" : "") + keys[i].name + "=";
        for (const char c : values[i]) {
            const bool special = static_cast<unsigned char>(c) < 0x20 || std::string_view("\"#%'*/:=?\\{[]^").find(c) != std::string_view::npos;
            path += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
        }
    }
    return path;
}

std::string unescape_path(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) && std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
            made += static_cast<char>(hex_of(text.substr(i + 1, 2)));
            i += 2;
        } else {
            made += text[i];
        }
    }
    return made;
}

}  // namespace freshet::query
