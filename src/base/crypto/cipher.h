// Authenticated encryption: AES-256-GCM. What was changed by one bit does not open.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

/// Opens itself to whoever holds the key and shows a nonce of 12 bytes, the ciphertext, and a tag
/// of 16.
class Cipher {
  public:
    static constexpr std::size_t key_bytes = 32, nonce_bytes = 12, tag_bytes = 16;
    /// `key` has key_bytes.
    explicit Cipher(std::string_view key);
    /// Fresh nonce, ciphertext, tag. `bound` is not in it, but must be the same to open it. Any
    /// thread.
    std::string seal(std::string_view plain, std::string_view bound) const;
    /// Nothing when it was sealed otherwise or changed since. Any thread.
    std::optional<std::string> open(std::string_view sealed, std::string_view bound) const;

  private:
    std::array<unsigned char, key_bytes> key_;
};

/// Bytes that no one can foretell.
std::string secure_random(std::size_t count);

}  // namespace freshet
