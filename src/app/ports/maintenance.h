// What the maintenance service needs of the catalog and of a worker (maintenance/ports.h).
#pragma once
#include "app/ports/file_worker.h"
#include "catalog/catalog.h"
#include "maintenance/ports.h"

namespace freshet::app {

class MaintenanceTables final : public maintenance::TablesPort {
  public:
    explicit MaintenanceTables(catalog::Catalog& catalog) : catalog_(catalog) {}
    io::Task<Result<maintenance::Table>> table(maintenance::TableKey key) override;
    io::Task<Result<std::vector<maintenance::Part>>> parts(maintenance::Table table,
                                                           std::string where) override;
    io::Task<Result<maintenance::PartsPage>> parts_page(maintenance::Table table, std::string after,
                                                        std::size_t most) override;
    io::Task<Result<>> create_parquet(maintenance::Table table) override;
    Result<> become_parquet_in(meta::Txn& txn, const maintenance::Table& table,
                               const maintenance::Part& part, Timestamp now) override;
    Result<> add_partition_in(meta::Txn& txn, const maintenance::TableKey& key,
                              const std::vector<std::string>& values, const std::string& location,
                              Timestamp now) override;

  private:
    catalog::Catalog& catalog_;
};

class MaintenanceWorker final : public maintenance::WorkerPort {
  public:
    explicit MaintenanceWorker(FileWorker& worker) : worker_(worker) {}
    io::Task<Result<sql::plan::Written>> write(std::string name,
                                               sql::plan::WritePlan plan) override;
    io::Task<Result<sql::plan::Looked>> look(std::string name, sql::plan::LookPlan plan) override;
    void cancel(const std::string& name) override { worker_.cancel(name); }
    io::Task<void> stop() override { return worker_.stop(); }

  private:
    FileWorker& worker_;
};

}  // namespace freshet::app
