// The keys that streams are encrypted with. A stream's data keys lie in the database, wrapped by a
// master key that lies in a file of its own (mode 0600, in a directory of mode 0700): a copy of the
// database or of the log alone says nothing (io/master_keys.h). docs/formats/streams.md
#pragma once
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

#include "base/bytes.h"
#include "base/crypto/cipher.h"
#include "base/error.h"
#include "io/master_keys.h"

namespace freshet::stream {

struct WrappedKey {
    std::int64_t id = 0;  ///< of the data key; each record that it encrypts begins with it
    std::int64_t stream = 0;
    std::int64_t master = 0;
    std::string wrapped;
};

class KeyRing {
  public:
    KeyRing(io::Disk& disk, std::string path) : masters_(disk, std::move(path)) {}

    /// Reads the master keys; the file need not be there. Before the home core runs.
    Result<> load() { return masters_.load(); }
    /// Makes the data key usable. Errc::key_unavailable when its master key is not in the file.
    Result<> add(const WrappedKey& key);
    /// A new data key of `stream`, wrapped by the newest master key, which is created when there is
    /// no one.
    Result<WrappedKey> make(std::int64_t stream);
    /// The same key, wrapped by the newest master key; nothing when it is already.
    std::optional<WrappedKey> rewrap(const WrappedKey& key) const;

    /// Any thread. Errc::key_unavailable.
    Result<std::string> seal(std::int64_t id, std::string_view plain, std::string_view bound) const;
    /// Any thread. Errc::key_unavailable; Errc::corrupt when it was changed.
    Result<std::string> open(std::int64_t id, std::string_view sealed,
                             std::string_view bound) const;

  private:
    std::shared_ptr<const Cipher> find(std::int64_t id) const;
    io::MasterKeys masters_;
    std::int64_t highest_master_ = 0;  ///< that wrapped a key, in the file or not
    mutable std::shared_mutex mutex_;  ///< guards data_keys_: readers decode on pool threads
    std::map<std::int64_t, std::shared_ptr<const Cipher>> data_keys_;
};

}  // namespace freshet::stream
