#include "base/crypto/cipher.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace freshet {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

std::string secure_random(std::size_t count) {
    std::string out(count, '\0');
    FRESHET_CHECK(RAND_bytes(bytes(out), static_cast<int>(count)) == 1);
    return out;
}

Cipher::Cipher(std::string_view key) {
    FRESHET_CHECK(key.size() == key_bytes);
    std::ranges::copy(key, key_.begin());
}

std::string Cipher::seal(std::string_view plain, std::string_view bound) const {
    std::string out = secure_random(nonce_bytes);
    out.resize(nonce_bytes + plain.size() + tag_bytes);
    Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int done = 0;
    bool is_good =
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(out)) == 1;
    is_good = is_good &&
              EVP_EncryptUpdate(context.get(), nullptr, &done, bytes(bound), length(bound)) == 1;
    is_good = is_good && EVP_EncryptUpdate(context.get(), bytes(out) + nonce_bytes, &done,
                                           bytes(plain), length(plain)) == 1;
    is_good =
        is_good && EVP_EncryptFinal_ex(context.get(), bytes(out) + nonce_bytes + done, &done) == 1;
    is_good = is_good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                                             bytes(out) + nonce_bytes + plain.size()) == 1;
    FRESHET_CHECK(is_good);
    return out;
}

std::optional<std::string> Cipher::open(std::string_view sealed, std::string_view bound) const {
    if (sealed.size() < nonce_bytes + tag_bytes) return std::nullopt;
    const std::string_view cipher =
        sealed.substr(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes);
    std::string tag(sealed.substr(sealed.size() - tag_bytes));
    std::string out(cipher.size(), '\0');
    Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int done = 0;
    bool is_good = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(),
                                      bytes(sealed)) == 1;
    is_good = is_good &&
              EVP_DecryptUpdate(context.get(), nullptr, &done, bytes(bound), length(bound)) == 1;
    is_good = is_good && EVP_DecryptUpdate(context.get(), bytes(out), &done, bytes(cipher),
                                           length(cipher)) == 1;
    is_good = is_good &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, bytes(tag)) == 1;
    is_good = is_good && EVP_DecryptFinal_ex(context.get(), bytes(out) + done, &done) == 1;
    if (!is_good) return std::nullopt;
    return out;
}

}  // namespace freshet
