// The engine's COPY statement for a plan's target.
#pragma once
#include <string>

#include "sql/plan/write.h"

namespace freshet::duck {

/// Whether COPY writes to a directory: it chooses the names of the files.
bool writes_directory(const sql::plan::WriteTarget& target);

/// What COPY calls a column of WriteTarget::partition_by: its values are "n" for NULL, or "v" and
/// the text, since the engine knows no difference between NULL and some texts.
std::string partition_column(std::size_t index);

/// COPY (`select`) to `path`, a file or a directory; each row of its answer is a file. `metadata`
/// is KeptMetadata::copy_options().
std::string copy_statement(const std::string& select, const std::string& path,
                           const sql::plan::WriteTarget& target, const std::string& metadata);

}  // namespace freshet::duck
