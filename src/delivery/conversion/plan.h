// What format conversion does with the records of a destination: read from what was asked for,
// checked once, when the destination is given, and read again by each cut.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delivery/types.h"
#include "sql/plan/write.h"

namespace freshet::delivery {

/// How a record's text is read.
struct RecordFormat {
    enum class Kind {
        openx_json,
        hive_json,
        csv,   ///< beyond AWS: fields between commas, in quotes where they hold one
        table  ///< beyond AWS: as the SerDe of `table` reads it
    };
    Kind kind = Kind::openx_json;
    bool is_case_insensitive = true;              ///< names of members, of openx_json
    bool converts_dots = false;                   ///< in them, to underscores
    std::map<std::string, std::string> mappings;  ///< a column's member, where the names differ
    std::vector<std::string> timestamp_formats;   ///< of hive_json: "millis", or Joda's letters
    std::string database, table;                  ///< of Kind::table
    bool is_json() const { return kind == Kind::openx_json || kind == Kind::hive_json; }
};

/// What files are made.
struct FileOptions {
    sql::plan::FileFormat format = sql::plan::FileFormat::parquet;
    sql::plan::Compression compression = sql::plan::Compression::snappy;
    std::uint64_t block_bytes = 256 << 20;  ///< a row group of Parquet is at most so large
    bool has_dictionaries = true;
    int writer_version = 1;
    sql::plan::OrcOptions orc;
    std::vector<std::string> bloom_columns;  ///< of ORC
};

struct ConversionPlan {
    SchemaPlace schema;
    RecordFormat input;
    FileOptions output;
};

/// The tag of a delivery stream that says how records are read that are not JSON: "csv", or
/// "database.table" for the SerDe of that table.
inline constexpr const char* input_tag = "freshet:convert-from";

/// What the tag says; "" without it.
std::string input_of(const std::map<std::string, std::string>& tags);

/// Errc::invalid_argument in AWS's words. The destination converts. `input`: of the tag, "" without
/// one.
Result<ConversionPlan> conversion_plan_of(const Destination& destination,
                                          const std::string& input = "");

}  // namespace freshet::delivery
