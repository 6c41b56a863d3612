// The schema of a Parquet file in Hive's types, as Glue's crawler writes them
// (src/record/README.md). Reads the front of the file's metadata (Thrift's compact protocol) and no
// data; any bytes can be given to it.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::record {

/// A Parquet file ends with its metadata, four bytes with their length, and "PAR1".
inline constexpr std::uint64_t parquet_tail_bytes = 8;

/// The length of the metadata before `tail`, a file's last eight bytes; the error says why it is
/// not a Parquet file, or not a readable one.
std::expected<std::uint64_t, std::string> parquet_metadata_bytes(std::string_view tail,
                                                                 std::uint64_t file_bytes);

struct ParquetColumn {
    std::string name;  ///< as the file has it
    std::string type;  ///< "decimal(10,2)", "array<struct<a:int>>"
};

struct ParquetSchema {
    std::vector<ParquetColumn> columns;
    std::int64_t rows = 0;
};

/// `metadata`: the metadata or a front of them that holds the schema. The error says what is wrong.
std::expected<ParquetSchema, std::string> read_parquet_schema(std::string_view metadata);

}  // namespace freshet::record
