// The parameter by which a table names the crawler that made it, as Glue's crawlers write it.
#pragma once

namespace freshet::lake {

inline constexpr const char* owner_parameter = "UPDATED_BY_CRAWLER";

}  // namespace freshet::lake
