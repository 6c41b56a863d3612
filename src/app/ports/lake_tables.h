// What a crawler found as a table of the catalog, in the words of AWS's crawlers, and back.
#pragma once
#include <string>

#include "catalog/types.h"
#include "lake/types.h"

namespace freshet::app {

/// The mark of AWS's crawlers on what has no files any more, with the time in milliseconds.
inline constexpr const char* deprecated_parameter = "DEPRECATED_BY_CRAWLER";

catalog::Table table_of(const lake::Crawler& crawler, const lake::FoundTable& found);

/// The format as the table says it; `table` has a storage.
lake::KnownTable known_table(const catalog::Table& table);

bool is_made_by(const lake::Crawler& crawler, const catalog::Table& table);

}  // namespace freshet::app
