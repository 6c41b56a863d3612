#include "app/ports/delivery/conversion.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/arn.h"
#include "delivery/errors.h"
#include "query/tables.h"
#include "sql/trino/types.h"

namespace freshet::app {
namespace {

using delivery::Errc;
using delivery::RecordFormat;
using delivery::RowSchema;
using sql::trino::Type;
using sql::trino::TypeKind;

/// Of the types that Hive has. A scalar of them is kept as it is.
bool is_writable(const Type& type) {
    constexpr TypeKind scalars[] = {TypeKind::boolean, TypeKind::varchar,   TypeKind::char_,
                                    TypeKind::date,    TypeKind::varbinary, TypeKind::timestamp};
    constexpr TypeKind nested[] = {TypeKind::array, TypeKind::map, TypeKind::row};
    if (std::ranges::find(nested, type.kind) != std::end(nested))
        return !type.arguments.empty() && std::ranges::all_of(type.arguments, is_writable);
    return type.is_numeric() || std::ranges::find(scalars, type.kind) != std::end(scalars);
}

/// char(n) is kept as a text without the blanks at its end.
void make_text(Type& type) {
    if (type.is(TypeKind::char_)) type = sql::trino::varchar_type();
    for (Type& argument : type.arguments) make_text(argument);
}

Result<std::vector<sql::plan::ScanColumn>> columns_of(const catalog::Table& table) {
    std::vector<sql::plan::ScanColumn> columns;
    for (const catalog::Column& column : table.storage->columns) {
        auto type = sql::trino::parse_hive_type(column.type);
        if (!type || !is_writable(*type))
            return fail(Errc::bad_schema,
                        fmt::format("The schema is invalid. Column {} of {}.{} has the type {}, "
                                    "which cannot be written",
                                    column.name, table.database, table.name, column.type));
        make_text(*type);
        columns.push_back({column.name, std::move(*type), false, true});
    }
    if (columns.empty())
        return fail(Errc::bad_schema, fmt::format("The schema is invalid. {}.{} has no columns",
                                                  table.database, table.name));
    return columns;
}

/// In the words of the worker (sql/plan/write.h).
std::map<std::string, std::string> json_properties(const RecordFormat& input) {
    std::map<std::string, std::string> made;
    const bool is_hive = input.kind == RecordFormat::Kind::hive_json;
    made[sql::plan::record_deserializer] = is_hive ? "hive" : "openx";
    if (!input.is_case_insensitive) made[sql::plan::record_names_keep_case] = "true";
    if (input.converts_dots) made[sql::plan::record_names_dots] = "true";
    for (const auto& [column, name] : input.mappings)
        made[sql::plan::record_name_of + column] = name;
    for (std::size_t i = 0; i < input.timestamp_formats.size(); ++i)
        made[sql::plan::record_time_format + std::to_string(i)] = input.timestamp_formats[i];
    return made;
}

void read_csv(RowSchema& schema) {
    schema.format = sql::plan::Format::quoted;
    // A quote in quotes is two of them; nothing else escapes.
    schema.properties = {{"separatorChar", ","}, {"quoteChar", "\""}, {"escapeChar", "\""}};
    for (const sql::plan::ScanColumn& column : schema.columns) {
        if (column.type.is(TypeKind::date) || column.type.is(TypeKind::timestamp))
            schema.forms[column.name] = sql::plan::TextForm::iso;
    }
}

/// As the SerDe of `table` reads text.
Result<> read_as_table(const catalog::Table& table, RowSchema& schema) {
    query::CatalogStorage storage;
    storage.serde = table.storage->serde;
    storage.input_format = table.storage->input_format;
    storage.serde_parameters = table.storage->serde_parameters;
    const auto text = query::text_beside(storage, table.parameters);
    const query::CatalogStorage& read = text ? *text : storage;
    const auto format = query::format_of(read);
    const bool is_text =
        format && *format != sql::plan::Format::parquet && *format != sql::plan::Format::orc;
    if (!is_text)
        return fail(Errc::bad_schema,
                    fmt::format("{}.{} is no table of text that can be read: its SerDe is {}",
                                table.database, table.name, read.serde));
    schema.format = *format;
    schema.properties = table.parameters;
    for (const auto& [key, value] : read.serde_parameters) schema.properties[key] = value;
    schema.properties.erase("skip.header.line.count");  // records have no header
    return {};
}

}  // namespace

io::Task<Result<RowSchema>> DeliveryConverter::schema(delivery::DeliveryKey stream,
                                                      delivery::ConversionPlan plan) {
    const delivery::SchemaPlace& place = plan.schema;
    const Home home{place.catalog.value_or(stream.home.account),
                    place.region.value_or(stream.home.region)};
    auto table = co_await catalog_.table(home, *place.database, *place.table);
    if (!table && table.error().is(catalog::Errc::not_found))
        co_return fail(Errc::no_schema,
                       fmt::format("The specified table/database could not be found: {}.{}",
                                   *place.database, *place.table));
    if (!table) co_return pass(table);
    const std::string version = std::to_string(table->version);
    if (place.version && *place.version != "LATEST" && *place.version != version)
        co_return fail(Errc::bad_schema,
                       fmt::format("Version {} of {}.{} is not kept: give LATEST, or {}",
                                   *place.version, table->database, table->name, version));
    if (!table->storage)
        co_return fail(Errc::bad_schema, fmt::format("The schema is invalid. {}.{} has no columns",
                                                     table->database, table->name));
    RowSchema made;
    auto columns = columns_of(*table);
    if (!columns) co_return pass(columns);
    for (const std::string& name : plan.output.bloom_columns) {
        if (std::ranges::find(*columns, name, &sql::plan::ScanColumn::name) == columns->end())
            co_return fail(Errc::bad_schema,
                           fmt::format("BloomFilterColumns names {}, which {}.{} does not have",
                                       name, table->database, table->name));
    }
    made.columns = std::move(*columns);
    made.catalog_id = home.account;
    made.region = home.region;
    made.catalog_arn = arn_text("glue", home, "catalog");
    if (plan.input.is_json()) {
        made.properties = json_properties(plan.input);
    } else if (plan.input.kind == RecordFormat::Kind::csv) {
        read_csv(made);
    } else {
        auto source = co_await catalog_.table(home, plan.input.database, plan.input.table);
        if (!source && source.error().is(catalog::Errc::not_found))
            co_return fail(Errc::no_schema,
                           fmt::format("The table {}.{}, by which records are read, could not be "
                                       "found",
                                       plan.input.database, plan.input.table));
        if (!source) co_return pass(source);
        if (!source->storage)
            co_return fail(Errc::bad_schema,
                           fmt::format("{}.{} has no SerDe", source->database, source->name));
        if (auto read = read_as_table(*source, made); !read) co_return pass(read);
    }
    co_return made;
}

io::Task<Result<sql::plan::Written>> DeliveryConverter::write(sql::plan::WritePlan plan,
                                                              Millis time_max) {
    using sql::ErrorCode;
    auto written = co_await worker_.write(std::move(plan), "", time_max);
    if (written) co_return std::move(*written);
    const std::string message = "the records could not be converted: " + written.error().message;
    const ErrorCode code = written.error().code;
    if (code == ErrorCode::user_canceled) co_return fail(freshet::Errc::cancelled, message);
    if (code == ErrorCode::worker_gone || code == ErrorCode::exceeded_time_limit ||
        code == ErrorCode::exceeded_local_memory_limit)
        co_return fail(Errc::worker_lost, message);
    co_return fail(freshet::Errc::io, message);
}

}  // namespace freshet::app
