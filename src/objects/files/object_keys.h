// The keys of encrypted objects. Each staged body has a data key of its own, which lies in the
// table of extents under a master key; master keys lie in keys/objects.keys (io/master_keys.h). Any
// thread.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/crypto/sealed_chunks.h"
#include "io/master_keys.h"
#include "objects/types.h"

namespace freshet::objects {

class ObjectKeys {
  public:
    ObjectKeys(io::Disk& disk, std::string path) : masters_(disk, std::move(path)) {}
    /// Before the cores run. `used`: of each master key that the index names, a key under it; by
    /// number. Returns the numbers of those that are not there, or are not what they were.
    Result<std::vector<std::int64_t>> load(const std::vector<io::WrappedKey>& used);

    struct Made {
        std::string plain;
        io::WrappedKey wrapped;
    };
    /// A new data key. Makes the master key when there is none: blocks.
    Result<Made> make();
    /// Errc::key_unavailable.
    Result<std::string> unwrap(const io::WrappedKey& key) const;

  private:
    mutable std::mutex mutex_;
    io::MasterKeys masters_;
    std::int64_t highest_master_ = 0;
};

/// Seals a body that comes in pieces: each piece but the last gives whole chunks.
class Sealer {
  public:
    explicit Sealer(std::string_view key) : chunks_(key) {}
    std::string add(const std::vector<Bytes>& pieces);
    std::string finish();

  private:
    SealedChunks chunks_;
    std::string rest_;
    std::uint64_t index_ = 0;
};

}  // namespace freshet::objects
