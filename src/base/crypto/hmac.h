// Hashes with a key (HMAC), and SHA-512, as raw bytes. The others are in digest.h.
#pragma once
#include <string>
#include <string_view>

namespace freshet {

enum class Hash { md5, sha1, sha256, sha512 };

std::string hmac(Hash hash, std::string_view key, std::string_view data);
std::string sha512(std::string_view data);

}  // namespace freshet
