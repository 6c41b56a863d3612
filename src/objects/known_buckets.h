// Buckets and their settings as the index has them, in memory: each put and get asks for them, and
// they hardly change. Any thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "objects/types.h"

namespace freshet::objects {

struct KnownBucket {
    Bucket bucket;
    Settings settings;
};

/// At most limits::known_buckets_max. Never older than what a client was answered: who changes a
/// bucket calls forget() after the commit and before the answer; who reads one from the index
/// notes changes() before, and keep() takes nothing that was read across a change.
class KnownBuckets {
  public:
    /// Nothing when it is not known, which does not say that it is not there.
    std::shared_ptr<const KnownBucket> find(const std::string& name) const;
    std::uint64_t changes() const;
    void keep(std::shared_ptr<const KnownBucket> known, std::uint64_t changes_before);
    void forget(const std::string& name);

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const KnownBucket>> known_;
    std::uint64_t changes_ = 0;
};

}  // namespace freshet::objects
