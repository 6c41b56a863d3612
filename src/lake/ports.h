// What crawlers need of objects, of the catalog and of the log store; app/ports/lake connects them.
#pragma once
#include <set>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"
#include "lake/settings.h"
#include "lake/types.h"

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
    /// Where the tables lie that the crawler made and that are not marked as gone.
    virtual io::Task<Result<std::set<std::string>>> places(Crawler crawler) = 0;
    /// Makes the table and its partitions, or brings those that are there up to date as the
    /// crawler's policies and `settings` say. What it did, a sentence each.
    virtual io::Task<Result<Done>> publish(Crawler crawler, FoundTable table,
                                           Settings settings) = 0;
    /// Tables of this crawler below `places` ("s3://bucket/prefix/") whose location is none of
    /// `kept`: dropped, marked or named, as its DeleteBehavior says.
    virtual io::Task<Result<Done>> retire(Crawler crawler, std::vector<std::string> places,
                                          std::set<std::string> kept) = 0;
    virtual void log(const CrawlerKey& key, const std::string& stream,
                     std::vector<std::string> lines) = 0;
};

}  // namespace freshet::lake
