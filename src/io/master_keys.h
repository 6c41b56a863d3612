// Master keys: a file of lines "number key" (64 hexadecimal digits), mode 0600 in a directory of
// mode 0700, apart from what they wrap. The last one wraps, all of them unwrap. To rotate, a line
// with a higher number is added by hand.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "base/crypto/cipher.h"
#include "io/disk.h"

namespace freshet::io {

/// A key under a master key.
struct WrappedKey {
    std::int64_t master = 0;
    std::string wrapped;
};

class MasterKeys {
  public:
    MasterKeys(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
    /// Reads the file, which need not be there. Errc::invalid names a line that is wrong.
    Result<> load();
    bool has(std::int64_t master) const { return masters_.contains(master); }
    /// The number of the newest; 0 when there is none.
    std::int64_t newest() const { return masters_.empty() ? 0 : masters_.rbegin()->first; }
    /// Makes the first key, with a number above `above`: a number that wrapped something is not
    /// given again when its file is lost. Nothing when there is one already.
    Result<> make_first(std::int64_t above);
    /// Wraps by the newest, which must be there; `bound` must be the same to unwrap.
    WrappedKey wrap(std::string_view key, std::string_view bound) const;
    /// Nothing when its master is not here or it was changed.
    std::optional<std::string> unwrap(const WrappedKey& key, std::string_view bound) const;

  private:
    Disk& disk_;
    std::string path_;
    std::map<std::int64_t, Cipher> masters_;
};

}  // namespace freshet::io
