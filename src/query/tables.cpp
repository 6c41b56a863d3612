#include "query/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/text/json_text.h"
#include "record/json/json.h"
#include "sql/trino/parse/parser.h"

namespace freshet::query {
namespace {

namespace trino = sql::trino;
using sql::ErrorCode;

constexpr std::string_view view_begin = "/* Presto View: ";
constexpr std::string_view view_end = " */";
constexpr std::string_view text_serde = "freshet.raw.serde";
constexpr std::string_view text_property = "freshet.raw.property.";

std::string json_quoted(std::string_view text) {
    std::string quoted;
    append_json_text(text, quoted);
    return quoted;
}

/// The text of a member of the outermost object; "" when there is none.
std::string member(const std::vector<record::JsonMember>& members, std::string_view path) {
    const auto found = std::ranges::find(members, path, &record::JsonMember::path);
    return found == members.end() || found->sort == '0' ? "" : found->text;
}

}  // namespace

bool is_view(const CatalogTable& table) { return table.table_type == "VIRTUAL_VIEW"; }

std::optional<sql::plan::Format> format_of(const CatalogStorage& storage) {
    const std::string serde = trino::lower_case(storage.serde);
    const auto has = [&](std::string_view part) { return serde.find(part) != std::string::npos; };
    if (has("opencsvserde")) return sql::plan::Format::quoted;
    if (has("jsonserde")) return sql::plan::Format::json;
    if (has("parquet")) return sql::plan::Format::parquet;
    if (has("orcserde")) return sql::plan::Format::orc;
    if (has("lazysimpleserde")) return sql::plan::Format::delimited;
    return std::nullopt;
}

std::optional<CatalogStorage> text_beside(const CatalogStorage& storage,
                                          const Properties& parameters) {
    const auto serde = parameters.find(std::string(text_serde));
    if (serde == parameters.end() || format_of(storage) != sql::plan::Format::parquet)
        return std::nullopt;
    CatalogStorage text;
    text.columns = storage.columns;
    text.location = storage.location;
    text.input_format = "org.apache.hadoop.mapred.TextInputFormat";
    text.serde = serde->second;
    for (const auto& [name, value] : parameters) {
        if (name.starts_with(text_property))
            text.serde_parameters[name.substr(text_property.size())] = value;
    }
    return text;
}

Properties text_parameters(const CatalogStorage& text) {
    Properties parameters{{std::string(text_serde), text.serde}};
    for (const auto& [name, value] : text.serde_parameters)
        parameters[std::string(text_property) + name] = value;
    return parameters;
}

bool is_named_parquet(std::string_view key) { return key.ends_with(".parquet"); }

bool is_symlink(const CatalogStorage& storage) {
    return storage.input_format == "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat";
}

namespace {

/// Why files of the InputFormat are not what the SerDe reads; "" when they are.
std::string wrong_input_format(const CatalogStorage& storage, sql::plan::Format format) {
    static constexpr std::string_view of_text[] = {"org.apache.hadoop.mapred.TextInputFormat"};
    static constexpr std::string_view of_parquet[] = {
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "parquet.hive.DeprecatedParquetInputFormat", "parquet.hive.MapredParquetInputFormat"};
    static constexpr std::string_view of_orc[] = {
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"};
    const auto named = [&](const auto& list) {
        return std::ranges::find(list, storage.input_format) != std::end(list);
    };
    const bool is_named = format == sql::plan::Format::parquet ? named(of_parquet)
                          : format == sql::plan::Format::orc   ? named(of_orc)
                                                               : named(of_text);
    if (is_symlink(storage) || is_named) return "";
    if (storage.input_format.empty())
        return "Unable to create input format: its StorageDescriptor names no InputFormat";
    if (storage.input_format == "org.apache.hadoop.mapred.SequenceFileInputFormat")
        return "Freshet does not build " + storage.input_format;
    const bool is_known = named(of_text) || named(of_parquet) || named(of_orc);
    return "Unable to create input format " + storage.input_format +
           (is_known ? " for SerDe " + storage.serde : "");
}

/// Why nothing reads such files; `whose` is the table or the partition.
std::optional<Refusal> storage_refusal(const CatalogStorage& storage, const std::string& whose) {
    const auto format = format_of(storage);
    if (!format)
        return Refusal{ErrorCode::not_supported,
                       fmt::format("the SerDe {} of {} is not supported",
                                   storage.serde.empty() ? "(none)" : storage.serde, whose)};
    if (std::string why = wrong_input_format(storage, *format); !why.empty())
        return Refusal{ErrorCode::hive_unsupported_format, fmt::format("{} ({})", why, whose)};
    if (!storage.more_locations.empty())
        return Refusal{ErrorCode::not_supported,
                       fmt::format("AdditionalLocations of {} are not supported", whose)};
    return std::nullopt;
}

/// Whether what was written as `from` is read right as `to`.
bool reads_as(const trino::Type& from, const trino::Type& to) {
    using enum trino::TypeKind;
    if (from.is(row) && to.is(row)) {  // either may have more fields at its end
        for (std::size_t i = 0; i < std::min(from.names.size(), to.names.size()); ++i) {
            if (trino::lower_case(from.names[i]) != trino::lower_case(to.names[i]) ||
                !reads_as(from.arguments[i], to.arguments[i]))
                return false;
        }
        return true;
    }
    if (from.kind == to.kind) return std::ranges::equal(from.arguments, to.arguments, reads_as);
    if (from.is(varchar)) return to.arguments.empty();
    if (from.is_integer() && to.is(varchar)) return true;
    return from.is_numeric() && to.is_numeric() && trino::coerces(from, to);
}

void refuse(trino::TableInfo& info, std::string why, ErrorCode code = ErrorCode::not_supported) {
    info.is_readable = false;
    info.why = std::move(why);
    info.why_code = code;
}

/// Text has its columns by position, as has ORC unless a property says otherwise; the others by
/// name.
bool finds_columns_by_name(const CatalogTable& table, const CatalogStorage& storage) {
    const auto format = *format_of(storage);
    if (format != sql::plan::Format::orc)
        return format == sql::plan::Format::json || format == sql::plan::Format::parquet;
    auto found = storage.serde_parameters.find(sql::plan::orc_index_access);
    if (found == storage.serde_parameters.end()) {
        found = table.parameters.find(sql::plan::orc_index_access);
        if (found == table.parameters.end()) return false;
    }
    return trino::lower_case(found->second) == "false";
}

}  // namespace

std::optional<Refusal> partition_refusal(const CatalogTable& table,
                                         const CatalogPartition& partition) {
    const std::string path = partition_path(table.partition_keys, partition.values);
    const std::string name =
        fmt::format("partition {} of table {}.{}", path, table.database, table.name);
    if (auto refused = storage_refusal(partition.storage, name)) return refused;
    const bool goes_by_name = finds_columns_by_name(table, partition.storage);
    const auto& columns = partition.storage.columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const CatalogColumn& wanted = table.columns[i];
        const auto found =
            goes_by_name
                ? std::ranges::find(columns, wanted.name, &CatalogColumn::name)
                : columns.begin() + static_cast<std::ptrdiff_t>(std::min(i, columns.size()));
        if (found == columns.end() || found->type == wanted.type) continue;
        const auto from = trino::parse_hive_type(found->type),
                   to = trino::parse_hive_type(wanted.type);
        if (from && to && reads_as(*from, *to)) continue;
        return Refusal{ErrorCode::hive_partition_schema_mismatch,
                       fmt::format("There is a mismatch between the table and partition schemas. "
                                   "The types are incompatible and cannot be coerced. The column "
                                   "'{}' in table '{}.{}' is declared as type '{}', "
                                   "but partition '{}' declared column '{}' as type '{}'.",
                                   wanted.name, table.database, table.name, wanted.type, path,
                                   found->name, found->type)};
    }
    return std::nullopt;
}

trino::TableInfo table_info(const CatalogTable& table) {
    trino::TableInfo info;
    info.database = table.database;
    info.name = table.name;
    if (is_view(table)) {
        info.is_view = true;
        if (const auto view = read_view(table)) {
            info.view_sql = view->sql;
            info.view_database = view->database;
            for (const auto& [name, type] : view->columns)
                info.view_columns.push_back(
                    {name, trino::parse_type(type).value_or(trino::Type{}), false});
        }
        return info;
    }
    const auto add = [&](const CatalogColumn& column, bool is_key) {
        const auto type = trino::parse_hive_type(column.type);
        if (!type || type->is(trino::TypeKind::char_)) {
            info.is_readable = false;
            info.why = fmt::format("the type {} of column {} of table {}.{} is not supported",
                                   column.type, column.name, table.database, table.name);
        }
        info.columns.push_back({column.name, type.value_or(trino::Type{}), is_key});
    };
    for (const auto& column : table.columns) add(column, false);
    for (const auto& key : table.partition_keys) add(key, true);
    if (auto refused =
            storage_refusal(table, fmt::format("table {}.{}", table.database, table.name)))
        refuse(info, std::move(refused->why), refused->code);
    // Their files are not their rows: a log beside them says which count.
    for (const char* key : {"table_type", "spark.sql.sources.provider"}) {
        const auto found = table.parameters.find(key);
        const std::string kind =
            found == table.parameters.end() ? "" : trino::lower_case(found->second);
        if (kind != "iceberg" && kind != "delta" && kind != "hudi") continue;
        refuse(info, fmt::format("table {}.{} is of {}, whose tables are not supported",
                                 table.database, table.name,
                                 kind == "iceberg" ? "Iceberg"
                                 : kind == "delta" ? "Delta Lake"
                                                   : "Hudi"));
    }
    if (const auto found = table.parameters.find("projection.enabled");
        found != table.parameters.end() && trino::lower_case(found->second) == "true") {
        refuse(info, fmt::format("partition projection (table {}.{}) is not supported",
                                 table.database, table.name));
    }
    return info;
}

std::optional<StoredView> read_view(const CatalogTable& table) {
    std::string_view text = table.view_original_text;
    const auto begin = text.find(view_begin);
    const auto end = text.rfind(view_end);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return std::nullopt;
    std::string json;
    if (!base64_decode(text.substr(begin + view_begin.size(), end - begin - view_begin.size()),
                       json))
        return std::nullopt;
    const auto stored = record::members_of(json);
    if (!stored) return std::nullopt;
    StoredView view{
        member(*stored, "$.originalSql"), trino::lower_case(member(*stored, "$.schema")), {}};
    for (const auto& column :
         record::elements_of(member(*stored, "$.columns")).value_or(std::vector<std::string>())) {
        const auto members = record::members_of(column).value_or(std::vector<record::JsonMember>());
        view.columns.emplace_back(member(members, "$.name"), member(members, "$.type"));
    }
    if (view.sql.empty()) return std::nullopt;
    if (view.database.empty()) view.database = table.database;
    return view;
}

CatalogTable make_view(const std::string& database, const std::string& name, const std::string& sql,
                       const std::string& default_database,
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
        list += (list.empty() ? "" : ",") + fmt::format(R"({{"name":{},"type":{}}})",
                                                        json_quoted(lower),
                                                        json_quoted(column.type.name()));
    }
    table.view_original_text =
        std::string(view_begin) +
        base64_encode(fmt::format(
            R"({{"originalSql":{},"catalog":"awsdatacatalog","schema":{},"columns":[{}]}})",
            json_quoted(sql), json_quoted(default_database), list)) +
        std::string(view_end);
    return table;
}

bool parse_location(std::string_view location, std::string& bucket, std::string& key) {
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

std::string partition_path(const std::vector<CatalogColumn>& keys,
                           const std::vector<std::string>& values) {
    std::string path;
    for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) {
        path += (i > 0 ? "/" : "") + keys[i].name + "=";
        for (const char c : values[i]) {
            const bool is_special =
                static_cast<unsigned char>(c) < 0x20 ||
                std::string_view("\"#%'*/:=?\\{[]^").find(c) != std::string_view::npos;
            path += is_special ? fmt::format("%{:02X}", static_cast<unsigned char>(c))
                               : std::string(1, c);
        }
    }
    return path;
}

std::string unescape_path(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() &&
            std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
            std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
            made += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            made += text[i];
        }
    }
    return made;
}

}  // namespace freshet::query
