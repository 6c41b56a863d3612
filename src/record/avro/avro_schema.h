// The schema of an Avro object container file in Hive's types, as Hive's AvroSerDe maps them. Reads
// the front of the file and no data; any bytes can be given to it.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::record {

inline constexpr std::string_view avro_magic = "Obj\x01";

struct AvroColumn {
    std::string name;  ///< as the file has it
    std::string type;
};

struct AvroSchema {
    std::vector<AvroColumn> columns;
    std::string literal;  ///< the schema as the file has it, JSON
    std::string codec;    ///< "null", "deflate", "snappy", ...
};

/// The error of a front that may be too short for the header.
inline constexpr std::string_view avro_cut =
    "it begins as Avro does, and its header is cut or damaged";

/// The error says why it is not an Avro file, or none whose rows are records.
std::expected<AvroSchema, std::string> read_avro_schema(std::string_view front);

}  // namespace freshet::record
