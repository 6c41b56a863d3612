// What dashboards need of the service that runs queries; app/ports/dashboards connects it.
#pragma once
#include <string>

#include "base/error.h"
#include "dashboards/types.h"
#include "io/core.h"

namespace freshet::dashboards {

class QueryPort {
  public:
    virtual ~QueryPort() = default;
    /// The rows of one SELECT, at most limits::rows_max; the error says where the SQL is wrong.
    virtual io::Task<Result<Data>> ask(Home home, std::string database, std::string sql) = 0;
};

}  // namespace freshet::dashboards
