// An analysed expression: its engine SQL and its Trino type. And where a column came from.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "sql/trino/types.h"

namespace freshet::sql::trino {

/// A column of a scan that reached here unchanged: a filter on it may prune partitions.
struct Origin {
    std::size_t scan = 0;
    std::size_t column = 0;
};

struct Typed {
    std::string sql;
    Type type;
    bool is_constant = false;              ///< a literal; never NaN
    std::optional<std::string> text = {};  ///< the value of a string or whole-number literal
    std::optional<Origin> origin = {};
    bool is_utc = false;  ///< timestamp_tz whose zone is UTC in every row
};

/// One column that names can mean.
struct Field {
    std::string name;      ///< lower case
    std::string label;     ///< as written
    std::string relation;  ///< alias or table name in lower case; "" when it has none
    std::string database;
    Typed value;
    bool is_hidden = false;  ///< named, but not one of a star
};

}  // namespace freshet::sql::trino
