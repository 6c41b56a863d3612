// The schema of an ORC file in Hive's types. Reads the end of the file (PostScript and Footer, in
// protobuf) and no data; any bytes can be given to it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::record {

inline constexpr std::string_view orc_magic = "ORC";
/// The PostScript and its length are within the last bytes.
inline constexpr std::uint64_t orc_tail_bytes = 256;

/// How many bytes at the end hold the footer and all after it, by `tail`, the file's last
/// orc_tail_bytes or all of it. The error says why it is not an ORC file.
std::expected<std::uint64_t, std::string> orc_footer_bytes(std::string_view tail,
                                                           std::uint64_t file_bytes);

struct OrcColumn {
    std::string name, type;
};

struct OrcSchema {
    std::vector<OrcColumn> columns;
    std::uint64_t rows = 0;
    std::size_t depth = 0;  ///< of the deepest type: 1 for a column
    /// Whether each type comes after the one that holds it, as the format has it: then no reader
    /// goes round in circles.
    bool is_in_order = true;
};

/// `end`: the bytes that orc_footer_bytes() counts. The error says what is wrong, or names a
/// compression that is not unpacked here.
std::expected<OrcSchema, std::string> read_orc_schema(std::string_view end);

}  // namespace freshet::record
