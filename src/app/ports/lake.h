// What crawlers need of objects, the catalog and the log store (lake/ports.h).
#pragma once
#include "catalog/catalog.h"
#include "lake/ports.h"
#include "monitor/logs.h"
#include "objects/objects.h"

namespace freshet::app {

class LakeSiblings final : public lake::Siblings {
  public:
    LakeSiblings(objects::Objects& objects, catalog::Catalog& catalog, monitor::Logs& logs)
        : objects_(objects), catalog_(catalog), logs_(logs) {}
    io::Task<Result<std::vector<lake::Listed>>> list(std::string bucket, std::string prefix,
                                                     std::string after) override;
    io::Task<Result<Bytes>> read(std::string bucket, std::string key, std::uint64_t offset,
                                 std::size_t bytes_max) override;
    io::Task<Result<std::set<std::string>>> places(lake::Crawler crawler) override;
    io::Task<Result<lake::Done>> publish(lake::Crawler crawler, lake::FoundTable table,
                                         lake::Settings settings) override;
    io::Task<Result<lake::Done>> retire(lake::Crawler crawler, std::vector<std::string> places,
                                        std::set<std::string> kept) override;
    void log(const lake::CrawlerKey& key, const std::string& stream,
             std::vector<std::string> lines) override;

  private:
    io::Task<Result<>> publish_partitions(lake::Crawler crawler, catalog::Table table,
                                          lake::FoundTable found, lake::Done* done);
    io::Task<Result<>> retire_partition(lake::Crawler crawler, std::string table,
                                        catalog::Partition partition, lake::Done* done);
    std::string now_text() const;
    objects::Objects& objects_;
    catalog::Catalog& catalog_;
    monitor::Logs& logs_;
};

}  // namespace freshet::app
