// The query service and Athena.
#include "query/query.h"

#include <filesystem>

#include "app/part.h"
#include "app/ports/file_worker.h"
#include "app/ports/query.h"
#include "aws/services/athena/athena.h"
#include "query/store.h"

namespace freshet::app {
namespace {

query::Options options_of(const Config& config) {
    query::Options options;
    options.worker_path = worker_program();
    options.spill_directory = std::filesystem::absolute(config.data_dir + "/query-spill").string();
    return options;
}

class QueryPart final : public Part {
  public:
    /// Away from the records: a statement is parsed and planned on the home core, and its rows are
    /// written there.
    QueryPart(const Foundation& foundation, Services& services)
        : Part(home_beside_records(foundation, "query")),
          catalog_(services.of<catalog::Catalog>(), services.of<maintenance::Maintenance>()),
          objects_(services.of<objects::Objects>()),
          query_(home(), foundation.database, catalog_, objects_, options_of(foundation.config)) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto opened = query_.open(); !opened) return opened;
        aws::register_athena(foundation.router, query_);
        services.add(query_);
        return {};
    }
    io::Task<void> stop() override { return query_.stop(); }

  private:
    QueryCatalog catalog_;
    QueryObjects objects_;
    query::Query query_;
};

}  // namespace

PartKind query_part() {
    // Dashboards end when the queries that they wait for have ended.
    return {.name = "query",
            .migrations = query::store::migrations,
            .make = make_part<QueryPart>,
            .stops_before = "dashboards"};
}

}  // namespace freshet::app
