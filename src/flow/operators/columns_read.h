// Which columns of an input the pumps of a plan read: the others need not be decoded. A row that
// cannot be computed goes into error_stream with all its columns, so a step that may fail on rows
// of the input reads them all.
#pragma once
#include <vector>

#include "sql/streaming/typed.h"

namespace freshet::flow {

/// Of `plan.streams[input]`: its own columns, then the hidden source_columns.
std::vector<bool> columns_read(const sql::streaming::Plan& plan, std::size_t input);

}  // namespace freshet::flow
