// How a value of one type becomes another: Trino's CAST and TRY_CAST, and its implicit coercions.
#pragma once
#include "sql/trino/parse/syntax_error.h"
#include "sql/trino/typed.h"

namespace freshet::sql::trino {

/// TYPE_MISMATCH "Cannot cast X to Y" when Trino has no such cast; NOT_SUPPORTED when it is not
/// built.
SyntaxResult<Typed> cast_value(const Typed& value, const Type& to, bool is_safe, Position at);

/// For coerces(value.type, to): never fails at run time.
Typed coerce(Typed value, const Type& to);

}  // namespace freshet::sql::trino
