// A scalar of a JSON document as the value of a column, without loss.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "duck/engine.h"
#include "sql/trino/types.h"

namespace freshet::duck {

/// What a scalar was in the document.
enum class ScalarKind { text, number, boolean };

struct ScalarRules {
    bool is_strict = false;  ///< Hive's: a text of figures is not a number, and so on
    std::vector<std::string> time_formats;
};

/// Puts `text` (of a number or a boolean as the document has it) into `row`, which becomes valid;
/// false when it is not a value of `type`. Types without arguments.
bool put_scalar(duckdb::Vector& out, duckdb::idx_t row, const sql::trino::Type& type,
                ScalarKind kind, std::string_view text, const ScalarRules& rules);

}  // namespace freshet::duck
