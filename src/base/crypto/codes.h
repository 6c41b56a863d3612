// Hashes by name, and hashes with a key (HMAC), as raw bytes.
#pragma once
#include <string>
#include <string_view>

namespace freshet {

enum class Hash { md5, sha1, sha256, sha512 };

std::string hash_of(Hash hash, std::string_view data);
std::string keyed_hash_of(Hash hash, std::string_view key, std::string_view data);

}  // namespace freshet
