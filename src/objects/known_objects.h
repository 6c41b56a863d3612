// Objects as the index has them, in memory: who reads one again asks no reader of the index. Any
// thread.
#pragma once
#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "meta/versions.h"
#include "objects/types.h"

namespace freshet::objects {

/// At most limits::known_objects_max. Never older than the index: each is kept with its version,
/// and every change of an object or of its place changes that before the change is seen. The
/// versions outlive it.
class KnownObjects {
  public:
    explicit KnownObjects(const meta::Versions& versions) : versions_(versions) {}
    /// Nothing when it is not known, which does not say that it is not there.
    std::optional<ObjectInfo> find(std::int64_t bucket, const std::string& key);
    /// To be asked before the index is read, and given to keep() after it.
    std::optional<std::uint64_t> version(std::int64_t bucket, const std::string& key) const;
    void keep(std::int64_t bucket, const ObjectInfo& object, std::optional<std::uint64_t> version);

  private:
    struct Entry {
        std::int64_t bucket;
        std::uint64_t version;
        ObjectInfo object;
    };
    /// Cores seldom wait for one another.
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, Entry> entries;  ///< by hash: of two, one is kept
    };
    static constexpr std::size_t shards = 16;
    Shard& shard_of(std::uint64_t hash) { return shards_[hash / 1024 % shards]; }
    const meta::Versions& versions_;
    std::array<Shard, shards> shards_;
};

}  // namespace freshet::objects
