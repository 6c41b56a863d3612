#include "duck/write/write_orc.h"

#include <algorithm>
#include <duckdb/common/arrow/arrow_converter.hpp>
#include <filesystem>

#include "duck/raise.h"
#include "orc/orc.h"

namespace freshet::duck {
namespace {

using sql::plan::Compression;

/// How many columns of ORC a type makes: its own and those below.
std::int64_t column_count(const sql::trino::Type& type) {
    std::int64_t count = 1;
    for (const auto& argument : type.arguments) count += column_count(argument);
    return count;
}

orc::FileOptions options_of(const sql::plan::WritePlan& plan) {
    const auto& target = plan.target;
    orc::FileOptions made;
    made.compression = target.compression == Compression::none   ? orc::Compression::none
                       : target.compression == Compression::gzip ? orc::Compression::zlib
                                                                 : orc::Compression::snappy;
    made.stripe_bytes = target.orc.stripe_bytes;
    made.row_index_stride = target.orc.row_index_stride;
    made.dictionary_threshold = target.orc.dictionary_threshold;
    made.bloom_false_positives = target.orc.bloom_false_positives;
    made.is_version_0_11 = target.orc.is_version_0_11;
    std::int64_t number = 1;  // 0 is the row
    for (const auto& column : plan.source.columns) {
        if (column.is_partition_key || !column.is_used) continue;
        if (std::ranges::find(target.bloom_columns, column.name) != target.bloom_columns.end())
            made.bloom_columns.push_back(number);
        number += column_count(column.type);
    }
    return made;
}

[[noreturn]] void fail_to_write(const std::string& why) {
    raise(sql::ErrorCode::generic_internal_error, "Unable to write an ORC file: " + why);
}

/// The rows of `chunk` as an Arrow array, which the writer takes.
void write_chunk(orc::Writer& writer, duckdb::DataChunk& chunk,
                 const duckdb::ClientProperties& properties) {
    ArrowArray rows;
    duckdb::ArrowConverter::ToArrowArray(chunk, &rows, properties, {});
    if (auto written = writer.write(rows); !written) fail_to_write(written.error());
}

}  // namespace

void check_orc_target(const sql::plan::WritePlan& plan) {
    const auto& target = plan.target;
    const char* what = plan.source.format == sql::plan::Format::parquet      ? "of Parquet files"
                       : target.compression == Compression::zstd             ? "compressed by zstd"
                       : target.file_bytes > 0 || target.row_group_bytes > 0 ? "cut by size"
                       : !target.partition_by.empty() ? "sorted into partitions"
                                                      : nullptr;
    if (what != nullptr)
        raise(sql::ErrorCode::not_supported, std::string("ORC files are not written ") + what);
}

sql::plan::WrittenFile write_orc(duckdb::Connection& connection, const std::string& select,
                                 const std::string& path, const sql::plan::WritePlan& plan) {
    const auto library = orc::load();
    if (!library) fail_to_write(library.error());
    auto result = connection.SendQuery(select);
    if (result->HasError()) result->ThrowError();
    duckdb::ClientProperties properties = result->client_properties;
    ArrowSchema schema;
    duckdb::ArrowConverter::ToArrowSchema(&schema, result->types, result->names, properties);
    auto writer = (*library)->create(path, schema, options_of(plan));
    if (!writer) fail_to_write(writer.error());
    sql::plan::WrittenFile file{path, 0, 0, {}};
    while (auto chunk = result->Fetch()) {
        if (chunk->size() == 0) break;
        file.rows += chunk->size();
        write_chunk(**writer, *chunk, properties);
    }
    if (result->HasError()) result->ThrowError();
    const auto bytes = (*writer)->finish();
    if (!bytes) fail_to_write(bytes.error());
    file.bytes = *bytes;
    return file;
}

}  // namespace freshet::duck
