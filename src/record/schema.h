// The types of the streaming dialect and the schema of an in-application stream
// (Kinesis Data Analytics for SQL, SQL reference: data types).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::record {

enum class Kind : std::uint8_t {
    null,  ///< of the literal NULL alone
    boolean,
    tinyint,
    smallint,
    integer,
    bigint,
    decimal,
    real,
    dbl,
    character,
    varchar,
    varbinary,
    date,       ///< milliseconds of its midnight
    time,       ///< milliseconds since midnight
    timestamp,  ///< milliseconds since 1970, UTC
    interval    ///< milliseconds; of expressions only
};

struct Type {
    Kind kind = Kind::null;
    int size = 0;   ///< characters of CHAR and VARCHAR, bytes of VARBINARY, digits of DECIMAL
    int scale = 0;  ///< of DECIMAL
    bool operator==(const Type&) const = default;
};

inline constexpr int decimal_digits_max = 18;
inline constexpr int text_size_max = 65535;

/// "VARCHAR(16)"
std::string to_string(const Type& type);
/// As the SqlType of an input column and a column of CREATE STREAM name it; nothing for other
/// words.
std::optional<Type> parse_type(std::string_view text);

/// How a vector keeps its values.
enum class Storage : std::uint8_t { integers, reals, texts };
Storage storage_of(Kind kind);
bool is_text(Kind kind);     ///< CHAR, VARCHAR
bool is_numeric(Kind kind);  ///< exact or not
bool is_integer(Kind kind);
bool is_datetime(Kind kind);

struct Column {
    std::string name;  ///< as stored: upper case unless it was quoted
    Type type;
    bool not_null = false;
    std::string mapping;  ///< JSON path of an input column; empty: by order or by name
};

/// How the bytes of a record become rows.
struct Format {
    bool is_json = false;
    std::string row_path = "$";          ///< JSON
    std::string row_delimiter = "\n";    ///< CSV
    std::string column_delimiter = ",";  ///< CSV
};

struct Schema {
    Format format;
    std::vector<Column> columns;
};

}  // namespace freshet::record
