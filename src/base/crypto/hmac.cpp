#include "base/crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace freshet {
namespace {

const EVP_MD* method_of(Hash hash) {
    switch (hash) {
        case Hash::md5:
            return EVP_md5();
        case Hash::sha1:
            return EVP_sha1();
        case Hash::sha256:
            return EVP_sha256();
        case Hash::sha512:
            return EVP_sha512();
    }
    return nullptr;
}

std::string text_of(const unsigned char* bytes, unsigned size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::string hmac(Hash hash, std::string_view key, std::string_view data) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    FRESHET_CHECK(::HMAC(method_of(hash), key.data(), static_cast<int>(key.size()),
                         reinterpret_cast<const unsigned char*>(data.data()), data.size(), bytes,
                         &size) != nullptr);
    return text_of(bytes, size);
}

std::string sha512(std::string_view data) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    FRESHET_CHECK(EVP_Digest(data.data(), data.size(), bytes, &size, EVP_sha512(), nullptr) == 1);
    return text_of(bytes, size);
}

}  // namespace freshet
