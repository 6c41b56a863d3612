// JSON by a path: the rows of a file are what the path of a user's classifier names.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/classify.h"

namespace freshet::lake {

/// "$.records[*]" is {"records", each}; of an index "[2]" the number.
struct RowsStep {
    std::string name;
    bool is_each = false;
    std::optional<std::size_t> index;
};

/// The operators that a JSON classifier knows: $ . ['name'] [*] [n]. The error names what is not.
std::expected<std::vector<RowsStep>, std::string> parse_rows_path(std::string_view path);

/// As classify() of JSON; record::json_cut when a larger sample is needed.
std::expected<Classified, std::string> classify_json_rows(std::string_view text,
                                                          const std::string& path, bool is_whole);

}  // namespace freshet::lake
