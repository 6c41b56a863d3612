// What the query service needs of the catalog and of the objects, on this machine.
#pragma once
#include "catalog/catalog.h"
#include "maintenance/maintenance.h"
#include "objects/objects.h"
#include "query/ports.h"

namespace freshet::app {

/// Every home has the database "default", made when it is first asked for.
class QueryCatalog final : public query::CatalogPort {
  public:
    QueryCatalog(catalog::Catalog& catalog, maintenance::Maintenance& maintenance)
        : catalog_(catalog), maintenance_(maintenance) {}
    io::Task<Result<std::vector<query::CatalogDatabase>>> databases(Home home) override;
    io::Task<Result<query::CatalogDatabase>> database(Home home, std::string name) override;
    io::Task<Result<>> create_database(Home home, query::CatalogDatabase database) override;
    io::Task<Result<>> drop_database(Home home, std::string name) override;
    io::Task<Result<std::vector<query::CatalogTable>>> tables(Home home,
                                                              std::string database) override;
    io::Task<Result<query::CatalogTable>> table(Home home, std::string database,
                                                std::string name) override;
    io::Task<Result<>> create_table(Home home, query::CatalogTable table) override;
    io::Task<Result<>> update_table(Home home, query::CatalogTable table) override;
    io::Task<Result<>> drop_table(Home home, std::string database, std::string name) override;
    io::Task<Result<std::vector<query::CatalogPartition>>> partitions(Home home,
                                                                      std::string database,
                                                                      std::string table) override;
    io::Task<Result<query::CatalogPartition>> partition(Home home, std::string database,
                                                        std::string table,
                                                        std::vector<std::string> values) override;
    io::Task<Result<>> create_partitions(Home home, std::string database, std::string table,
                                         std::vector<query::CatalogPartition> partitions) override;
    io::Task<Result<>> drop_partition(Home home, std::string database, std::string table,
                                      std::vector<std::string> values) override;

    io::Task<Result<>> optimize(Home home, query::Rewrite rewrite, query::Cancel& cancel) override;

  private:
    io::Task<void> make_default(Home home);
    catalog::Catalog& catalog_;
    maintenance::Maintenance& maintenance_;
};

class QueryObjects final : public query::ObjectsPort {
  public:
    explicit QueryObjects(objects::Objects& objects) : objects_(objects) {}
    std::shared_ptr<const void> hold() override { return objects_.hold(); }
    io::Task<Result<std::vector<query::LocatedObject>>> locate(std::string bucket,
                                                               std::string prefix) override;
    io::Task<Result<>> put(Home home, std::string bucket, std::string key, std::string content_type,
                           std::vector<Bytes> content) override;
    io::Task<Result<>> put_body(Home home, std::string bucket, std::string key,
                                std::string content_type,
                                std::shared_ptr<io::BodyReader> body) override;
    io::Task<Result<Bytes>> read(std::string bucket, std::string key, std::uint64_t offset,
                                 std::uint64_t size) override;
    io::Task<Result<bool>> bucket_exists(std::string bucket) override;

  private:
    objects::Objects& objects_;
};

}  // namespace freshet::app
