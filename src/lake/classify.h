// What a file is: Parquet, JSON or CSV, its columns, and why. Plain functions over a sample.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "lake/types.h"

namespace freshet::lake {

struct Classified {
    Format format;
    std::string reason;
};

/// `sample` is the front of the file, `is_whole` when it is all of it; of a packed one `bytes_max`
/// are looked at. The error is the reason why it is nothing known; record::json_cut asks for a
/// larger sample. The types of JSON may hold "null" (record::settled_json_type).
std::expected<Classified, std::string> classify(const Bytes& sample, bool is_whole,
                                                std::size_t bytes_max);

/// A file that begins with "PAR1" is classified by its end: the metadata, or their beginning
/// (read_parquet_schema).
bool begins_as_parquet(std::string_view front);
std::expected<Classified, std::string> classify_parquet(std::string_view metadata);

/// One format for two files of a table; the error says what differs.
std::expected<Format, std::string> merged(const Format& a, const Format& b);

/// Lower case, of a-z, 0-9 and '_', not empty: "Location Description" is "location_description".
std::string safe_name(std::string_view name, std::size_t position);

}  // namespace freshet::lake
