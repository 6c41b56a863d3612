// What sample JSON documents look like, in Hive's types as Glue's crawler writes them: numbers are
// int, bigint or double, objects are struct<...>, arrays array<...>, and what is of several kinds
// is string. Plain functions; any bytes can be given to them.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::record {

inline constexpr std::size_t json_fields_max = 1000;  ///< of one object; beyond it is one text
inline constexpr int json_nesting_max = 30;           ///< what is nested deeper is one text
inline constexpr std::size_t json_type_bytes_max = 131072;  ///< Glue: a column's type

struct JsonColumn {
    std::string name;  ///< lower case, as Hive knows names
    std::string type;  ///< with "null" where only nulls or empty arrays were seen
};

struct JsonShape {
    std::vector<JsonColumn> columns;    ///< in the order in which they were seen
    std::size_t documents = 0;          ///< arrays count as one each
    std::size_t damaged = 0;            ///< lines that are not JSON
    std::size_t not_lines = 0;          ///< documents that are not the whole of one line
    std::vector<std::string> left_out;  ///< names that no column can have
};

/// One column for each member of the documents; documents that are arrays are one column `array`.
/// With `is_whole` false the last document may be cut. The error says why it is not JSON; it is
/// `json_cut` when not even the first document is whole.
std::expected<JsonShape, std::string> read_json_shape(std::string_view sample, bool is_whole);
inline constexpr std::string_view json_cut = "its first JSON document is longer than the sample";

/// The type that holds what is of one or of the other.
std::string merged_json_type(std::string_view a, std::string_view b);

/// The type with string where only nulls were seen.
std::string settled_json_type(std::string_view type);

}  // namespace freshet::record
