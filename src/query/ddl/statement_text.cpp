// What the statements on the catalog print, and the table that a CREATE TABLE says.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "query/ddl/statements.h"

namespace freshet::query {
namespace {

namespace trino = sql::trino;

struct Storage {
    std::string_view word, input, output, serde;
};
constexpr Storage storages[] = {
    {"TEXTFILE", "org.apache.hadoop.mapred.TextInputFormat",
     "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
     "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    {"PARQUET", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
     "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
     "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    {"ORC", "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
     "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
     "org.apache.hadoop.hive.ql.io.orc.OrcSerde"},
    {"JSONFILE", "org.apache.hadoop.mapred.TextInputFormat",
     "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
     "org.apache.hive.hcatalog.data.JsonSerDe"},
};

std::string escaped(const std::string& text) {
    std::string made;
    for (const char c : text) {
        if (c == '\'' || c == '\\') made += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            made += c == '\n'   ? "\\n"
                    : c == '\t' ? "\\t"
                                : fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            made += c;
        }
    }
    return made;
}

void add_columns(std::vector<std::string>& lines, const std::vector<CatalogColumn>& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string comment =
            columns[i].comment.empty() ? "" : " COMMENT '" + escaped(columns[i].comment) + "'";
        lines.push_back(fmt::format("  `{}` {}{}{}", columns[i].name, columns[i].type, comment,
                                    i + 1 < columns.size() ? ", " : ")"));
    }
}

void add_properties(std::vector<std::string>& lines, const Properties& properties) {
    std::size_t left = properties.size();
    for (const auto& [key, value] : properties)
        lines.push_back(
            fmt::format("  '{}'='{}'{}", escaped(key), escaped(value), --left > 0 ? ", " : ") "));
}

bool matches_glob(std::string_view name, std::string_view pattern) {
    if (pattern.empty()) return name.empty();
    if (pattern[0] == '*')
        return matches_glob(name, pattern.substr(1)) ||
               (!name.empty() && matches_glob(name.substr(1), pattern));
    return !name.empty() && (pattern[0] == '.' || pattern[0] == name[0]) &&
           matches_glob(name.substr(1), pattern.substr(1));
}

}  // namespace

bool matches_pattern(const std::string& name, const std::string& pattern) {
    if (pattern.empty() || pattern.size() > 256) return pattern.empty();
    std::string lower = trino::lower_case(pattern);
    // ".*" of a regular expression means what '*' means here; runs of stars are one.
    for (auto at = lower.find(".*"); at != std::string::npos; at = lower.find(".*"))
        lower.replace(at, 2, "*");
    for (auto at = lower.find("**"); at != std::string::npos; at = lower.find("**"))
        lower.erase(at, 1);
    if (std::ranges::count(lower, '*') > 8) return false;
    std::string_view rest = lower;
    while (true) {
        const auto bar = rest.find('|');
        if (matches_glob(name, rest.substr(0, bar))) return true;
        if (bar == std::string_view::npos) return false;
        rest.remove_prefix(bar + 1);
    }
}

std::vector<std::string> create_table_lines(const CatalogTable& table) {
    std::vector<std::string> lines = {
        fmt::format("CREATE EXTERNAL TABLE `{}.{}`(", table.database, table.name)};
    add_columns(lines, table.columns);
    if (!table.comment.empty()) lines.push_back("COMMENT '" + escaped(table.comment) + "'");
    if (!table.partition_keys.empty()) {
        lines.emplace_back("PARTITIONED BY ( ");
        add_columns(lines, table.partition_keys);
    }
    lines.emplace_back("ROW FORMAT SERDE ");
    lines.push_back("  '" + table.serde + "' ");
    if (!table.serde_parameters.empty()) {
        lines.emplace_back("WITH SERDEPROPERTIES ( ");
        add_properties(lines, table.serde_parameters);
    }
    lines.emplace_back("STORED AS INPUTFORMAT ");
    lines.push_back("  '" + table.input_format + "' ");
    lines.emplace_back("OUTPUTFORMAT ");
    lines.push_back("  '" + table.output_format + "'");
    lines.emplace_back("LOCATION");
    lines.push_back("  '" + table.location + "'");
    Properties shown = table.parameters;
    shown.erase("EXTERNAL");
    if (!shown.empty()) {
        lines.emplace_back("TBLPROPERTIES (");
        add_properties(lines, shown);
        lines.back().pop_back();
    }
    return lines;
}

std::vector<std::string> describe_lines(const CatalogTable& table) {
    std::vector<std::string> lines;
    const auto line = [&](const CatalogColumn& column) {
        lines.push_back(
            fmt::format("{:<20}\t{:<20}\t{:<20}", column.name, column.type, column.comment));
    };
    for (const auto& column : table.columns) line(column);
    for (const auto& key : table.partition_keys) line(key);
    if (table.partition_keys.empty()) return lines;
    lines.emplace_back("\t \t ");
    lines.emplace_back("# Partition Information\t \t ");
    lines.push_back(fmt::format("{:<20}\t{:<20}\t{:<20}", "# col_name", "data_type", "comment"));
    lines.emplace_back("\t \t ");
    for (const auto& key : table.partition_keys) line(key);
    return lines;
}

Outcome<CatalogTable> table_of(const trino::Statement& statement, const std::string& database) {
    const auto& definition = statement.table;
    const auto refuse = [](const char* why) {
        return std::unexpected(hive_problem(std::string("FAILED: ParseException ") + why));
    };
    if (!definition.is_external)
        return std::unexpected(
            Problem{"CREATE TABLE without EXTERNAL is for Iceberg tables, which are not supported",
                    2, 1200, false});
    if (definition.columns.empty()) return refuse("no columns are given");
    if (definition.location.empty()) return refuse("no location is given");
    CatalogTable table;
    table.database = database;
    table.name = statement.names.back();
    table.table_type = "EXTERNAL_TABLE";
    table.comment = definition.comment;
    table.location = definition.location;
    for (const auto& column : definition.columns)
        table.columns.push_back({column.name, column.type, column.comment});
    for (const auto& column : definition.partition_keys)
        table.partition_keys.push_back({column.name, column.type, column.comment});
    std::set<std::string> names;
    for (const auto* list : {&table.columns, &table.partition_keys}) {
        for (const auto& column : *list) {
            if (!names.insert(trino::lower_case(column.name)).second) {
                return std::unexpected(hive_problem(
                    "FAILED: SemanticException [Error 10036]: Duplicate column name: " +
                    column.name));
            }
        }
    }
    const std::string word = definition.stored_as.empty() ? "TEXTFILE" : definition.stored_as;
    const Storage* storage = nullptr;
    for (const auto& known : storages) {
        if (known.word == word) storage = &known;
    }
    if (!storage)
        return std::unexpected(hive_problem(
            "FAILED: SemanticException Unrecognized file format in STORED AS clause: '" + word +
            "'"));
    table.input_format = definition.input_format.empty() ? storage->input : definition.input_format;
    table.output_format =
        definition.output_format.empty() ? storage->output : definition.output_format;
    table.serde = definition.serde.empty() ? storage->serde : definition.serde;
    for (const auto& [key, value] : definition.serde_properties) {
        table.serde_parameters[key] = value;
        if (key == "field.delim" && definition.is_delimited)
            table.serde_parameters["serialization.format"] = value;
    }
    table.parameters["EXTERNAL"] = "TRUE";
    for (const auto& [key, value] : definition.properties) table.parameters[key] = value;
    return table;
}

}  // namespace freshet::query
