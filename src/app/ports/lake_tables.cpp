#include "app/ports/lake_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "lake/owner.h"

namespace freshet::app {
namespace {

using lake::Format;

/// Reads and writes of a format, in Hive's class names.
struct Classes {
    std::string_view input, output, serde;
};
constexpr Classes text_classes{"org.apache.hadoop.mapred.TextInputFormat",
                               "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat", ""};
constexpr Classes parquet_classes{"org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                                  "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                                  "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"};
constexpr Classes orc_classes{"org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
                              "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
                              "org.apache.hadoop.hive.ql.io.orc.OrcSerde"};
constexpr Classes avro_classes{"org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
                               "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
                               "org.apache.hadoop.hive.serde2.avro.AvroSerDe"};
constexpr const char* grok_serde = "com.amazonaws.glue.serde.GrokSerDe";
constexpr const char* json_serde = "org.openx.data.jsonserde.JsonSerDe";
constexpr const char* quoted_serde = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
constexpr const char* delimited_serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

void set(catalog::Storage& storage, const Classes& classes) {
    storage.input_format = classes.input;
    storage.output_format = classes.output;
    storage.serde = classes.serde;
    storage.serde_parameters = {{"serialization.format", "1"}};
}

/// LazySimpleSerDe does not know quotes; AWS's crawler uses it all the same unless a classifier
/// names the other, and its users then read the quotes.
bool is_read_with_quotes(const Format& format) {
    if (format.serde == "OpenCSVSerDe") return true;
    return format.serde != "LazySimpleSerDe" && format.is_quoted;
}

void set_csv(catalog::Storage& storage, const Format& format) {
    set(storage, text_classes);
    if (is_read_with_quotes(format)) {
        storage.serde = quoted_serde;
        storage.serde_parameters = {{"separatorChar", std::string(1, format.delimiter)},
                                    {"quoteChar", std::string(1, format.quote)}};
        for (catalog::Column& column : storage.columns) column.type = "string";
    } else {
        storage.serde = delimited_serde;
        storage.serde_parameters = {{"field.delim", std::string(1, format.delimiter)}};
    }
}

std::string particular_of(const Format& format, const char* name) {
    const auto found = format.particulars.find(name);
    return found == format.particulars.end() ? "" : found->second;
}

/// How the catalog says what the crawler found (a crawler's table on AWS has the same parameters).
catalog::Storage storage_of(const lake::FoundTable& found) {
    const Format& format = found.format;
    catalog::Storage storage;
    for (const lake::Column& column : format.columns)
        storage.columns.push_back({column.name, column.type, "", {}});
    storage.location = found.location;
    storage.is_compressed = !format.compression.empty();
    storage.buckets = -1;
    if (format.classification == "parquet") {
        set(storage, parquet_classes);
    } else if (format.classification == "orc") {
        set(storage, orc_classes);
    } else if (format.particulars.contains(lake::particular::avro_schema)) {
        set(storage, avro_classes);
        storage.serde_parameters[lake::particular::avro_schema] =
            particular_of(format, lake::particular::avro_schema);
    } else if (format.particulars.contains(lake::particular::grok_pattern)) {
        set(storage, text_classes);
        storage.serde = grok_serde;
        storage.serde_parameters = {
            {"input.format", particular_of(format, lake::particular::grok_pattern)}};
        const std::string custom = particular_of(format, lake::particular::grok_custom);
        if (!custom.empty()) storage.serde_parameters["input.grokCustomPatterns"] = custom;
    } else if (format.particulars.contains(lake::particular::row_tag)) {
        // As AWS: no engine of Hive reads it, and its rows are named.
        storage.serde_parameters = {{"rowTag", particular_of(format, lake::particular::row_tag)}};
    } else if (format.classification == "json") {
        set(storage, text_classes);
        storage.serde = json_serde;
        std::vector<std::string> paths;
        for (const catalog::Column& column : storage.columns) paths.push_back(column.name);
        storage.serde_parameters = {{"paths", fmt::format("{}", fmt::join(paths, ","))}};
    } else {
        set_csv(storage, format);
    }
    return storage;
}

catalog::Properties parameters_of(const lake::Crawler& crawler, const lake::FoundTable& found) {
    const Format& format = found.format;
    catalog::Properties parameters{
        {"classification", format.classification},
        {"compressionType", format.compression.empty() ? "none" : format.compression},
        {"typeOfData", "file"},
        {lake::owner_parameter, crawler.key.name},
        {"objectCount", std::to_string(found.objects)},
        {"sizeKey", std::to_string(found.bytes)},
        {"CrawlerSchemaSerializerVersion", "1.0"},
        {"CrawlerSchemaDeserializerVersion", "1.0"}};
    for (const auto& [name, value] : format.particulars) parameters[name] = value;
    if (format.classification == "csv") {
        parameters["delimiter"] = std::string(1, format.delimiter);
        parameters["columnsOrdered"] = "true";
        parameters["areColumnsQuoted"] = format.is_quoted ? "true" : "false";
        if (format.has_header) parameters["skip.header.line.count"] = "1";
    }
    return parameters;
}

}  // namespace

catalog::Table table_of(const lake::Crawler& crawler, const lake::FoundTable& found) {
    catalog::Table table;
    table.database = crawler.database;
    table.name = found.name;
    table.type = "EXTERNAL_TABLE";
    table.owner = "owner";
    table.storage = storage_of(found);
    table.parameters = parameters_of(crawler, found);
    table.storage->parameters = table.parameters;
    for (const std::string& key : found.keys)
        table.partition_keys.push_back({key, "string", "", {}});
    return table;
}

lake::KnownTable known_table(const catalog::Table& table) {
    const auto parameter = [&](const char* name) {
        const auto found = table.parameters.find(name);
        return found == table.parameters.end() ? std::string() : found->second;
    };
    const catalog::Storage& storage = *table.storage;
    lake::KnownTable known;
    known.name = table.name;
    known.location = storage.location;
    for (const catalog::Column& key : table.partition_keys) known.keys.push_back(key.name);
    Format& format = known.format;
    format.classification = parameter("classification");
    for (const catalog::Column& column : storage.columns)
        format.columns.push_back({column.name, column.type});
    const std::string delimiter = parameter("delimiter");
    if (!delimiter.empty()) format.delimiter = delimiter[0];
    format.has_header = !parameter("skip.header.line.count").empty();
    format.is_quoted = parameter("areColumnsQuoted") == "true";
    const std::string compression = parameter("compressionType");
    if (compression != "none") format.compression = compression;
    const auto quote = storage.serde_parameters.find("quoteChar");
    if (quote != storage.serde_parameters.end() && !quote->second.empty())
        format.quote = quote->second[0];
    for (const char* name :
         {lake::particular::grok_pattern, lake::particular::grok_custom,
          lake::particular::json_path, lake::particular::row_tag, lake::particular::avro_schema}) {
        if (table.parameters.contains(name)) format.particulars[name] = parameter(name);
    }
    return known;
}

bool is_made_by(const lake::Crawler& crawler, const catalog::Table& table) {
    const auto owner = table.parameters.find(lake::owner_parameter);
    return owner != table.parameters.end() && owner->second == crawler.key.name && table.storage;
}

}  // namespace freshet::app
