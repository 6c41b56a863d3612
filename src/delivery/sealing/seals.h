// Encryption at rest: records that are put while a delivery stream's encryption is on lie sealed in
// an inbox of their own. Each stream has one data key, in the database, wrapped by a master key
// that lies in a file of its own (io/master_keys.h): a copy of the database and the log alone says
// nothing. docs/formats/delivery.md
#pragma once
#include <map>
#include <string>

#include "base/bytes.h"
#include "base/crypto/cipher.h"
#include "delivery/types.h"
#include "io/master_keys.h"

namespace freshet::delivery {

/// Home core, but for load(), which comes first, and make().
class Seals {
  public:
    /// `path`: where the master keys are, or will be.
    Seals(io::Disk& disk, std::string path) : masters_(disk, std::move(path)) {}
    /// Reads the master keys; the file need not be there.
    Result<> load() { return masters_.load(); }
    /// Makes the key of a stream usable. Errc::unavailable when its master key is not in the file.
    Result<> add(std::int64_t stream, const AtRest& at_rest);
    void remove(std::int64_t stream) { keys_.erase(stream); }
    /// A new data key, wrapped by the newest master key, which is made when there is none. Blocks.
    Result<io::WrappedKey> make(std::int64_t stream, std::int64_t highest_master);

    /// Errc::unavailable.
    Result<Bytes> seal(std::int64_t stream, std::string_view plain) const;
    /// Errc::unavailable; Errc::corrupt when it was changed.
    Result<Bytes> open(std::int64_t stream, std::string_view sealed) const;

  private:
    io::MasterKeys masters_;
    std::map<std::int64_t, Cipher> keys_;  ///< by stream
};

}  // namespace freshet::delivery
