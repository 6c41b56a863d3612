#include "objects/files/object_keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::objects {
namespace {

constexpr std::string_view bound = "object";

}  // namespace

std::uint64_t stored_bytes(const Extent& extent) {
    return extent.key ? SealedChunks::sealed_bytes(extent.size) : extent.size;
}

std::uint64_t entry_bytes(const Extent& extent) {
    return entry_header_bytes + stored_bytes(extent);
}

Result<std::vector<std::int64_t>> ObjectKeys::load(const std::vector<io::WrappedKey>& used) {
    if (auto loaded = masters_.load(); !loaded) return pass(loaded);
    std::vector<std::int64_t> missing;
    for (const io::WrappedKey& key : used) {
        highest_master_ = key.master;
        if (!masters_.unwrap(key, bound)) missing.push_back(key.master);
    }
    return missing;
}

Result<ObjectKeys::Made> ObjectKeys::make() {
    const std::scoped_lock lock(mutex_);
    if (auto made = masters_.make_first(highest_master_); !made) return pass(made);
    Made made{secure_random(Cipher::key_bytes), {}};
    made.wrapped = masters_.wrap(made.plain, bound);
    return made;
}

Result<std::string> ObjectKeys::unwrap(const io::WrappedKey& key) const {
    const std::scoped_lock lock(mutex_);
    auto plain = masters_.unwrap(key, bound);
    if (plain) return std::move(*plain);
    return fail(Errc::key_unavailable,
                fmt::format("the object is encrypted, and master key {} that opens it is not in "
                            "keys/objects.keys",
                            key.master));
}

std::string Sealer::add(const std::vector<Bytes>& pieces) {
    for (const Bytes& piece : pieces) rest_ += piece.view();
    std::string sealed;
    std::size_t at = 0;
    // The last chunk is sealed as such, so one is held back until it is known.
    for (; rest_.size() - at > SealedChunks::chunk_bytes; at += SealedChunks::chunk_bytes)
        sealed += chunks_.seal(index_++, false,
                               std::string_view(rest_).substr(at, SealedChunks::chunk_bytes));
    rest_.erase(0, at);
    return sealed;
}

std::string Sealer::finish() {
    return rest_.empty() ? std::string() : chunks_.seal(index_++, true, rest_);
}

}  // namespace freshet::objects
