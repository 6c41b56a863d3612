// What crawlers need of objects, of the catalog and of the log store; app/ports/lake connects them.
#pragma once
#include <functional>
#include <memory>
#include <set>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"
#include "lake/settings.h"
#include "lake/types.h"
#include "meta/database.h"

namespace freshet::lake {

struct Listed {
    std::string key;
    std::uint64_t size = 0;
};

struct Done {
    Tally tally;
    std::vector<std::string> lines;
};

class Siblings {
  public:
    virtual ~Siblings() = default;
    /// One page in order of keys, after `after`; an empty one is the end.
    virtual io::Task<Result<std::vector<Listed>>> list(std::string bucket, std::string prefix,
                                                       std::string after) = 0;
    /// At most `bytes_max` bytes from `offset`; fewer at the object's end.
    virtual io::Task<Result<Bytes>> read(std::string bucket, std::string key, std::uint64_t offset,
                                         std::size_t bytes_max) = 0;
    /// The tables that the crawler made and that are not marked as gone.
    virtual io::Task<Result<std::vector<KnownTable>>> known(Crawler crawler) = 0;
    /// Makes the table and its partitions, or brings those that are there up to date as the
    /// crawler's policies and `settings` say. What it did, a sentence each.
    virtual io::Task<Result<Done>> publish(Crawler crawler, FoundTable table,
                                           Settings settings) = 0;
    /// Tables of this crawler below `places` ("s3://bucket/prefix/") whose location is none of
    /// `kept`: dropped, marked or named, as its DeleteBehavior says.
    virtual io::Task<Result<Done>> retire(Crawler crawler, std::vector<std::string> places,
                                          std::set<std::string> kept) = 0;
    /// Adds partitions to a table, which stays as it is: values, and where each lies.
    virtual io::Task<Result<Done>> add_partitions(
        Crawler crawler, std::string table,
        std::map<std::vector<std::string>, std::string> partitions) = 0;
    /// What lies in the table now, for its parameters; the table's columns stay.
    virtual io::Task<Result<>> set_counts(Crawler crawler, std::string table, std::uint64_t objects,
                                          std::uint64_t bytes) = 0;
    virtual io::Task<Result<bool>> has_partition(Crawler crawler, std::string table,
                                                 std::vector<std::string> values) = 0;
    /// The partition has no files any more: as retire(). Nothing when it is not there.
    virtual io::Task<Result<Done>> retire_partition(Crawler crawler, std::string table,
                                                    std::vector<std::string> values) = 0;

    /// Within `txn`: from now on what becomes of objects at the crawler's targets is remembered
    /// until settle_in() says that it is done with; with follow_in() of a crawler that does not
    /// follow objects, or with forget_in(), no more.
    virtual Result<> follow_in(meta::Txn& txn, const Crawler& crawler) = 0;
    virtual Result<> forget_in(meta::Txn& txn, const Crawler& crawler) = 0;
    virtual Result<> settle_in(meta::Txn& txn, const Crawler& crawler, std::int64_t number) = 0;
    /// The oldest, in order.
    virtual io::Task<Result<std::vector<Change>>> changes(Crawler crawler,
                                                          std::size_t count_max) = 0;
    /// Calls `heard` on the crawlers' home core when there are more, until the answer is dropped.
    virtual std::shared_ptr<const void> watch(const Crawler& crawler,
                                              std::function<void()> heard) = 0;
    virtual void log(const CrawlerKey& key, const std::string& stream,
                     std::vector<std::string> lines) = 0;
};

}  // namespace freshet::lake
