#include "app/ports_lake.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lake/limits.h"

namespace freshet::app {
namespace {

/// How the catalog says what the crawler found (a crawler's table on AWS has the same parameters).
catalog::Storage storage_of(const lake::FoundTable& found) {
    const lake::Format& format = found.format;
    catalog::Storage storage;
    for (const lake::Column& column : format.columns)
        storage.columns.push_back({column.name, column.type, "", {}});
    storage.location = found.location;
    storage.compressed = format.is_gzip;
    storage.buckets = -1;
    if (format.classification == "parquet") {
        storage.input_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
        storage.output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
        storage.serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
        storage.serde_parameters = {{"serialization.format", "1"}};
        return storage;
    }
    storage.input_format = "org.apache.hadoop.mapred.TextInputFormat";
    storage.output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
    if (format.classification == "json") {
        storage.serde = "org.openx.data.jsonserde.JsonSerDe";
    } else if (format.is_quoted) {
        // LazySimpleSerDe does not know quotes; AWS's crawler uses it all the same, and its users
        // then read them.
        storage.serde = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
        storage.serde_parameters = {{"separatorChar", std::string(1, format.delimiter)},
                                    {"quoteChar", "\""}};
        for (catalog::Column& column : storage.columns) column.type = "string";
    } else {
        storage.serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
        storage.serde_parameters = {{"field.delim", std::string(1, format.delimiter)}};
    }
    return storage;
}

catalog::Properties parameters_of(const lake::Crawler& crawler, const lake::FoundTable& found) {
    catalog::Properties parameters{{"classification", found.format.classification},
                                   {"compressionType", found.format.is_gzip ? "gzip" : "none"},
                                   {"typeOfData", "file"},
                                   {"UPDATED_BY_CRAWLER", crawler.key.name},
                                   {"objectCount", std::to_string(found.objects)},
                                   {"sizeKey", std::to_string(found.bytes)},
                                   {"CrawlerSchemaSerializerVersion", "1.0"},
                                   {"CrawlerSchemaDeserializerVersion", "1.0"}};
    if (found.format.classification == "csv") {
        parameters["delimiter"] = std::string(1, found.format.delimiter);
        parameters["columnsOrdered"] = "true";
        parameters["areColumnsQuoted"] = found.format.is_quoted ? "true" : "false";
        if (found.format.has_header) parameters["skip.header.line.count"] = "1";
    }
    return parameters;
}

}  // namespace

io::Task<Result<std::vector<lake::Listed>>> LakeSiblings::list(std::string bucket,
                                                               std::string prefix,
                                                               std::string after) {
    auto page = co_await objects_.list(bucket, {prefix, "", after, lake::limits::list_page});
    if (!page) co_return std::unexpected(std::move(page.error()).within("bucket " + bucket));
    std::vector<lake::Listed> files;
    for (const objects::ObjectInfo& object : page->objects)
        files.push_back({object.key, object.size});
    co_return files;
}

io::Task<Result<Bytes>> LakeSiblings::read(std::string bucket, std::string key,
                                           std::uint64_t offset, std::size_t bytes_max) {
    auto object = co_await objects_.find(bucket, key);
    if (!object) co_return std::unexpected(std::move(object.error()));
    const std::uint64_t begin = std::min(object->size, offset);
    const std::uint64_t size = std::min<std::uint64_t>(object->size - begin, bytes_max);
    auto body = objects_.read(*object, begin, size);
    std::string all;
    while (all.size() < size) {
        auto piece = co_await body->read();
        if (!piece) co_return std::unexpected(std::move(piece.error()));
        if (piece->empty()) break;
        all.append(piece->view());
    }
    co_return Bytes::own(std::move(all));
}

io::Task<Result<std::vector<std::string>>> LakeSiblings::publish(lake::Crawler crawler,
                                                                 lake::FoundTable found) {
    const catalog::Home home{crawler.key.account, crawler.key.region};
    std::vector<std::string> lines;
    auto database = co_await catalog_.database(home, crawler.database);
    if (!database) co_return std::unexpected(std::move(database.error()));
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
    auto known = co_await catalog_.table(home, crawler.database, found.name);
    if (!known) {
        auto created = co_await catalog_.create_table(home, table);
        if (!created) co_return std::unexpected(std::move(created.error()));
        lines.push_back(fmt::format("table {}.{} made: {}, {} columns, partition keys [{}]",
                                    table.database, table.name, found.format.classification,
                                    table.storage->columns.size(), fmt::join(found.keys, ", ")));
    } else {
        const bool has_columns =
            known->storage &&
            std::ranges::equal(known->storage->columns, table.storage->columns,
                               [](const catalog::Column& a, const catalog::Column& b) {
                                   return a.name == b.name && a.type == b.type;
                               });
        const bool has_keys = std::ranges::equal(known->partition_keys, table.partition_keys, {},
                                                 &catalog::Column::name, &catalog::Column::name);
        if (!has_keys) {
            lines.push_back(fmt::format(
                "table {}: left as it is, its partition keys differ from the folders' [{}]",
                table.name, fmt::join(found.keys, ", ")));
            co_return lines;
        }
        if (crawler.update_behavior != "UPDATE_IN_DATABASE") {
            lines.push_back(fmt::format("table {}: left as it is, UpdateBehavior is {}", table.name,
                                        crawler.update_behavior));
        } else {
            auto updated = co_await catalog_.update_table(home, table, std::nullopt);
            if (!updated) co_return std::unexpected(std::move(updated.error()));
            lines.push_back(fmt::format(
                "table {}: {}", table.name,
                has_columns ? "columns as before" : "columns changed to what the files show now"));
        }
    }
    auto registered = co_await publish_partitions(home, std::move(table), std::move(found), &lines);
    if (!registered) co_return std::unexpected(std::move(registered.error()));
    co_return lines;
}

io::Task<Result<>> LakeSiblings::publish_partitions(catalog::Home home, catalog::Table table,
                                                    lake::FoundTable found,
                                                    std::vector<std::string>* lines) {
    if (found.keys.empty()) co_return Result<>();
    auto known = co_await catalog_.partitions(home, table.database, table.name);
    if (!known) co_return std::unexpected(std::move(known.error()));
    std::set<std::vector<std::string>> there;
    for (const catalog::Partition& partition : *known) there.insert(partition.values);
    std::size_t made = 0;
    for (const auto& [values, location] : found.partitions) {
        if (there.contains(values)) continue;
        catalog::Partition partition;
        partition.values = values;
        partition.storage = table.storage;
        partition.storage->location = location;
        partition.parameters = table.parameters;
        auto created = co_await catalog_.create_partition(home, table.database, table.name,
                                                          std::move(partition));
        if (!created) co_return std::unexpected(std::move(created.error()));
        ++made;
    }
    lines->push_back(fmt::format("table {}: {} partitions made, {} were there", table.name, made,
                                 found.partitions.size() - made));
    co_return Result<>();
}

void LakeSiblings::log(const lake::CrawlerKey& key, const std::string& stream,
                       std::vector<std::string> lines) {
    std::vector<monitor::Line> kept;
    const Timestamp now = logs_.home().now();
    for (std::string& line : lines) kept.push_back({now, std::move(line)});
    logs_.append({key.account, key.region, "/aws-glue/crawlers"}, stream, std::move(kept));
}

}  // namespace freshet::app
