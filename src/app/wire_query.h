// Makes the query service and Athena.
#pragma once
#include <memory>

#include "app/context.h"
#include "app/ports/query.h"
#include "query/query.h"

namespace freshet::app {

class WiredQuery {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredQuery>> make(Context& context, catalog::Catalog& catalog,
                                                    objects::Objects& objects);
    io::Task<void> stop();
    query::Query& query() { return *query_; }

  private:
    std::unique_ptr<QueryCatalog> catalog_;
    std::unique_ptr<QueryObjects> objects_;
    std::unique_ptr<query::Query> query_;
};

}  // namespace freshet::app
