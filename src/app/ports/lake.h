// What crawlers need of objects, the catalog and the log store (lake/ports.h).
#pragma once
#include "catalog/catalog.h"
#include "lake/ports.h"
#include "monitor/logs.h"
#include "objects/notices/notices.h"
#include "objects/objects.h"

namespace freshet::app {

class LakeSiblings final : public lake::Siblings {
  public:
    LakeSiblings(objects::Objects& objects, catalog::Catalog& catalog, monitor::Logs& logs,
                 meta::Database& database)
        : objects_(objects), catalog_(catalog), logs_(logs), database_(database), bell_(database) {}
    io::Task<Result<std::vector<lake::Listed>>> list(std::string bucket, std::string prefix,
                                                     std::string after) override;
    io::Task<Result<Bytes>> read(std::string bucket, std::string key, std::uint64_t offset,
                                 std::size_t bytes_max) override;
    io::Task<Result<std::vector<lake::KnownTable>>> known(lake::Crawler crawler) override;
    io::Task<Result<lake::Done>> publish(lake::Crawler crawler, lake::FoundTable table,
                                         lake::Settings settings) override;
    io::Task<Result<lake::Done>> retire(lake::Crawler crawler, std::vector<std::string> places,
                                        std::set<std::string> kept) override;
    io::Task<Result<lake::Done>> add_partitions(
        lake::Crawler crawler, std::string table,
        std::map<std::vector<std::string>, std::string> partitions) override;
    io::Task<Result<>> set_counts(lake::Crawler crawler, std::string table, std::uint64_t objects,
                                  std::uint64_t bytes) override;
    io::Task<Result<bool>> has_partition(lake::Crawler crawler, std::string table,
                                         std::vector<std::string> values) override;
    io::Task<Result<lake::Done>> retire_partition(lake::Crawler crawler, std::string table,
                                                  std::vector<std::string> values) override;
    Result<> follow_in(meta::Txn& txn, const lake::Crawler& crawler) override;
    Result<> forget_in(meta::Txn& txn, const lake::Crawler& crawler) override;
    Result<> settle_in(meta::Txn& txn, const lake::Crawler& crawler, std::int64_t number) override;
    io::Task<Result<std::vector<lake::Change>>> changes(lake::Crawler crawler,
                                                        std::size_t count_max) override;
    std::shared_ptr<const void> watch(const lake::Crawler& crawler,
                                      std::function<void()> heard) override;
    void log(const lake::CrawlerKey& key, const std::string& stream,
             std::vector<std::string> lines) override;

  private:
    io::Task<Result<>> publish_partitions(lake::Crawler crawler, catalog::Table table,
                                          lake::FoundTable found, lake::Done* done);
    io::Task<Result<>> retire_known(lake::Crawler crawler, std::string table,
                                    catalog::Partition partition, lake::Done* done);
    /// False when it was not marked as gone.
    io::Task<Result<bool>> bring_back(lake::Crawler crawler, std::string table,
                                      std::vector<std::string> values);
    std::string now_text() const;
    objects::Objects& objects_;
    catalog::Catalog& catalog_;
    monitor::Logs& logs_;
    meta::Database& database_;
    objects::NoticeBell bell_;
};

}  // namespace freshet::app
