// Reads the Hive half of Athena: DDL on databases, tables and partitions, SHOW, DESCRIBE, MSCK.
#pragma once
#include <string_view>

#include "sql/trino/parse/syntax_error.h"
#include "sql/trino/parse/tree.h"

namespace freshet::sql::hive {

/// By the first words, as Athena routes. CREATE TABLE ... AS and CREATE VIEW are Trino's.
bool is_hive_statement(std::string_view text);
trino::SyntaxResult<trino::Statement> parse_statement(std::string_view text);

}  // namespace freshet::sql::hive
