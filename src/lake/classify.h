// What a file is, its columns, and why: the user's own classifiers first, then those that crawlers
// have, in AWS's order. Plain functions over a sample.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "lake/types.h"

namespace freshet::lake {

struct Classified {
    Format format;
    std::string reason;
};

struct CustomClassifier;

/// `sample` is the front of the file, `is_whole` when it is all of it; of a packed one `bytes_max`
/// are looked at. The first of `customs` that is sure is taken; else the first classifier of
/// Freshet's own that fits; else of `customs` the one that is surest. The error is the reason why
/// it is nothing known; record::json_cut asks for a larger sample. The types of JSON may hold
/// "null" (record::settled_json_type).
std::expected<Classified, std::string> classify(const Bytes& sample, bool is_whole,
                                                std::size_t bytes_max,
                                                const std::vector<CustomClassifier>& customs);

/// Such a file is classified by its end: Parquet by the metadata or their beginning
/// (read_parquet_schema), ORC by its footer (read_orc_schema).
bool is_read_by_end(std::string_view front);
bool begins_as_parquet(std::string_view front);
std::expected<Classified, std::string> classify_parquet(std::string_view metadata);
std::expected<Classified, std::string> classify_orc(std::string_view footer);

/// One format for two files of a table; the error says what differs.
std::expected<Format, std::string> merged(const Format& a, const Format& b);

/// Columns of one name get numbers.
void make_distinct(std::vector<Column>& columns);

/// Lower case, of a-z, 0-9 and '_', not empty: "Location Description" is "location_description".
std::string safe_name(std::string_view name, std::size_t position);

}  // namespace freshet::lake
