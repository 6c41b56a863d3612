// The maintenance of tables: merges, conversions and their policies.
#include "maintenance/maintenance.h"

#include "app/part.h"
#include "app/ports/file_worker.h"
#include "app/ports/maintenance.h"
#include "maintenance/limits.h"
#include "maintenance/store.h"

namespace freshet::app {
namespace {

class MaintenancePart final : public Part {
  public:
    /// Away from the records: text is joined on the pool, and planned here.
    MaintenancePart(const Foundation& foundation, Services& services)
        : Part(home_beside_records(foundation, "maintenance")),
          tables_(services.of<catalog::Catalog>()),
          files_(home(), worker_program(), maintenance::limits::side_by_side),
          worker_(files_),
          maintenance_(home(), {foundation.database, services.of<objects::Objects>(), tables_,
                                worker_, foundation.pool}) {}
    Result<> open(const Foundation&, Services& services) {
        if (auto loaded = maintenance_.load(); !loaded) return loaded;
        services.add(maintenance_);
        return {};
    }
    void start(const std::string&) override { maintenance_.start(); }
    io::Task<void> stop() override { return maintenance_.stop(); }

  private:
    MaintenanceTables tables_;
    FileWorker files_;
    MaintenanceWorker worker_;
    maintenance::Maintenance maintenance_;
};

}  // namespace

PartKind maintenance_part() {
    // Statements that wait for a run end when the runs have ended.
    return {.name = "maintenance",
            .migrations = maintenance::store::migrations,
            .make = make_part<MaintenancePart>,
            .stops_before = "query"};
}

}  // namespace freshet::app
