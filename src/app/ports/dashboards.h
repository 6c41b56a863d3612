// Whom dashboards ask for rows (dashboards/ports.h): the query service, on its home core.
#pragma once
#include "dashboards/ports.h"
#include "query/query.h"

namespace freshet::app {

class DashboardQueries final : public dashboards::QueryPort {
  public:
    explicit DashboardQueries(query::Query& query) : query_(query) {}
    io::Task<Result<dashboards::Data>> ask(Home home, std::string database,
                                           std::string sql) override;

  private:
    query::Query& query_;
};

}  // namespace freshet::app
