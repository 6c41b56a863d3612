// Bytes that are sealed so that any range of them opens without the rest: chunks of 64 KiB, each
// sealed by itself (cipher.h) and bound to its place, so that none can be changed, moved, left out
// or put at another object's place. docs/formats/objects.md
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/crypto/cipher.h"
#include "base/error.h"

namespace freshet {

class SealedChunks {
  public:
    static constexpr std::uint64_t chunk_bytes = 64 * 1024;
    static constexpr std::uint64_t overhead_bytes = Cipher::nonce_bytes + Cipher::tag_bytes;

    /// `key` has Cipher::key_bytes and seals nothing else.
    explicit SealedChunks(std::string_view key) : cipher_(key) {}

    /// How many bytes `size` of them take.
    static std::uint64_t sealed_bytes(std::uint64_t size);
    /// The chunk `index`: chunk_bytes of them, or fewer when it is the last.
    std::string seal(std::uint64_t index, bool is_last, std::string_view plain) const;

    /// Reads `size` sealed bytes at `offset` of the sealed whole.
    using Read = std::function<Result<std::string>(std::uint64_t offset, std::uint64_t size)>;
    /// `size` bytes from `offset` of what was `whole` bytes. Errc::corrupt when it was changed.
    Result<std::string> open(std::uint64_t whole, std::uint64_t offset, std::uint64_t size,
                             const Read& read) const;

  private:
    Cipher cipher_;
};

}  // namespace freshet
