// Values as Athena prints them.
#pragma once
#include <optional>
#include <string>

#include "duck/engine.h"
#include "sql/trino/types.h"

namespace freshet::duck {

/// nullopt is NULL.
std::optional<std::string> result_text(const duckdb::Value& value, const sql::trino::Type& type);

}  // namespace freshet::duck
