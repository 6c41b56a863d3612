#include "objects/known_objects.h"

#include "base/check.h"
#include "objects/limits.h"
#include "objects/store.h"

namespace freshet::objects {
namespace {

bool fits(const ObjectInfo& object) {
    std::size_t bytes = object.key.size() + object.extents.size() * sizeof(Extent);
    for (const auto& [name, value] : object.attributes) bytes += name.size() + value.size();
    return bytes <= limits::known_object_bytes_max;
}

}  // namespace

std::optional<ObjectInfo> KnownObjects::find(std::int64_t bucket, const std::string& key) {
    const std::uint64_t hash = store::hash_of_object(bucket, key);
    Shard& shard = shard_of(hash);
    const std::scoped_lock lock(shard.mutex);
    const auto found = shard.entries.find(hash);
    if (found == shard.entries.end()) return std::nullopt;
    const Entry& entry = found->second;
    if (entry.bucket != bucket || entry.object.key != key) return std::nullopt;
    if (versions_.of(hash) == entry.version) return entry.object;
    shard.entries.erase(found);
    return std::nullopt;
}

std::optional<std::uint64_t> KnownObjects::version(std::int64_t bucket,
                                                   const std::string& key) const {
    return versions_.of(store::hash_of_object(bucket, key));
}

void KnownObjects::keep(std::int64_t bucket, const ObjectInfo& object,
                        std::optional<std::uint64_t> version) {
    if (!version || !fits(object)) return;
    const std::uint64_t hash = store::hash_of_object(bucket, object.key);
    Shard& shard = shard_of(hash);
    const std::scoped_lock lock(shard.mutex);
    if (shard.entries.size() >= limits::known_objects_max / shards)
        shard.entries.erase(shard.entries.begin());
    shard.entries.insert_or_assign(hash, Entry{bucket, *version, object});
    FRESHET_CHECK(shard.entries.size() <= limits::known_objects_max / shards);
}

}  // namespace freshet::objects
