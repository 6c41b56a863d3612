#include "base/crypto/digest.h"

#include <libbase64.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <bit>

#include <memory>

#include "base/check.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace freshet {
namespace {

/// An algorithm fetched once: OpenSSL 3 looks one up by its name, under a lock, whenever it is
/// given by EVP_md5() and the like, and a put hashes each partition key.
class Algorithm {
  public:
    explicit Algorithm(const char* name) : kind_(EVP_MD_fetch(nullptr, name, nullptr)) {
        FRESHET_CHECK(kind_ != nullptr);
    }
    template <std::size_t N>
    std::array<unsigned char, N> digest(std::string_view data) const {
        static thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(
            EVP_MD_CTX_new(), EVP_MD_CTX_free);
        std::array<unsigned char, N> out{};
        unsigned size = 0;
        FRESHET_CHECK(EVP_DigestInit_ex(context.get(), kind_, nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1);
        return out;
    }

    const EVP_MD* kind() const { return kind_; }

  private:
    EVP_MD* kind_;  ///< for the life of the program
};

/// Byte-at-a-time tables for reflected CRCs; the 32-bit Castagnoli one is the fallback only.
template <class Word>
constexpr std::array<Word, 256> crc_table(Word polynomial) {
    std::array<Word, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        Word crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<Word>((crc >> 1) ^ ((crc & 1) != 0 ? polynomial : Word{0}));
        table[byte] = crc;
    }
    return table;
}

std::uint32_t crc32c_table(const char* data, std::size_t size, std::uint32_t crc) {
    static constexpr auto table = crc_table<std::uint32_t>(0x82F63B78u);
    for (std::size_t i = 0; i < size; ++i)
        crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(data[i])) & 0xff];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(const char* data, std::size_t size,
                                                             std::uint32_t seed) {
    std::uint64_t crc = seed;
    for (; size >= 8; size -= 8, data += 8) {
        std::uint64_t word;
        __builtin_memcpy(&word, data, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    auto tail = static_cast<std::uint32_t>(crc);
    for (; size > 0; --size, ++data) tail = _mm_crc32_u8(tail, static_cast<unsigned char>(*data));
    return tail;
}
#endif

constexpr std::uint32_t base64_bad = 64;

constexpr std::uint32_t base64_value(unsigned char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26u;
    if (c >= '0' && c <= '9') return c - '0' + 52u;
    if (c == '+') return 62;
    return c == '/' ? 63 : base64_bad;
}

/// The bytes of a last group that `padding` signs end; the bits that are left over must be zero.
bool decode_last_group(std::string_view letters, std::size_t padding, char* to) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4 - padding; ++i) {
        const std::uint32_t value = base64_value(static_cast<unsigned char>(letters[i]));
        if (value == base64_bad) return false;
        bits |= value << (18 - 6 * i);
    }
    const std::uint32_t left_over = padding == 2 ? 0xffffu : 0xffu;
    to[0] = static_cast<char>(bits >> 16);
    if (padding == 1) to[1] = static_cast<char>(bits >> 8);
    return (bits & left_over) == 0;
}

/// libbase64 chooses its code for this processor at the first call, which must not run twice at
/// once.
void choose_base64() {
    [[maybe_unused]] static const bool was_chosen = [] {
        char none[4];
        std::size_t size = 0;
        ::base64_encode("", 0, none, &size, 0);
        return true;
    }();
}

}  // namespace

Md5 md5(std::string_view data) {
    static const Algorithm algorithm("MD5");
    return algorithm.digest<16>(data);
}
Sha1 sha1(std::string_view data) {
    static const Algorithm algorithm("SHA1");
    return algorithm.digest<20>(data);
}
Sha256 sha256(std::string_view data) {
    static const Algorithm algorithm("SHA256");
    return algorithm.digest<32>(data);
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
    Sha256 out{};
    unsigned size = 0;
    FRESHET_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                       reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(),
                       &size) != nullptr);
    return out;
}

std::uint32_t crc32c(std::string_view data, std::uint32_t seed) {
#if defined(__x86_64__)
    static const bool is_fast = __builtin_cpu_supports("sse4.2") != 0;
    if (is_fast) return ~crc32c_sse42(data.data(), data.size(), ~seed);
#endif
    return ~crc32c_table(data.data(), data.size(), ~seed);
}

std::uint64_t crc64nvme(std::string_view data, std::uint64_t seed) {
    // Eight bytes a step (M. E. Kounavis, F. L. Berry, 2005): table k has the CRC of a byte and k
    // zero bytes.
    static constexpr auto tables = [] {
        std::array<std::array<std::uint64_t, 256>, 8> made{};
        made[0] = crc_table<std::uint64_t>(0x9A6C9329AC4BC9B5ull);
        for (std::size_t k = 1; k < 8; ++k) {
            for (std::size_t byte = 0; byte < 256; ++byte) {
                made[k][byte] = (made[k - 1][byte] >> 8) ^ made[0][made[k - 1][byte] & 0xff];
            }
        }
        return made;
    }();
    std::uint64_t crc = ~seed;
    const char* at = data.data();
    std::size_t left = data.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word;
        __builtin_memcpy(&word, at, 8);
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        crc ^= word;
        std::uint64_t next = 0;
        for (std::size_t k = 0; k < 8; ++k) next ^= tables[7 - k][(crc >> (8 * k)) & 0xff];
        crc = next;
    }
    for (; left > 0; --left, ++at)
        crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
    return ~crc;
}

struct Hasher::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(Kind kind) : state_(std::make_unique<State>()) {
    static const Algorithm md5("MD5"), sha1("SHA1"), sha256("SHA256");
    const Algorithm& algorithm = kind == Kind::md5 ? md5 : kind == Kind::sha1 ? sha1 : sha256;
    FRESHET_CHECK(EVP_DigestInit_ex(state_->context, algorithm.kind(), nullptr) == 1);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view data) {
    FRESHET_CHECK(EVP_DigestUpdate(state_->context, data.data(), data.size()) == 1);
}

std::string Hasher::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    FRESHET_CHECK(EVP_DigestFinal_ex(state_->context, out.data(), &size) == 1);
    return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string to_hex(std::string_view data) {
    static constexpr char letters[] = "0123456789abcdef";
    std::string out(data.size() * 2, '0');
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto byte = static_cast<unsigned char>(data[i]);
        out[2 * i] = letters[byte >> 4];
        out[2 * i + 1] = letters[byte & 15];
    }
    return out;
}

std::string base64_encode(std::string_view data) {
    choose_base64();
    std::string out((data.size() + 2) / 3 * 4, '\0');
    std::size_t size = 0;
    ::base64_encode(data.data(), data.size(), out.data(), &size, 0);
    return out;
}

bool base64_decode(std::string_view text, std::string& out) {
    out.resize(text.size() / 4 * 3);
    const auto size = base64_decode(text, out.data());
    out.resize(size.value_or(0));
    return size.has_value();
}

std::optional<std::size_t> base64_decode(std::string_view text, char* out) {
    if (text.size() % 4 != 0) return std::nullopt;
    choose_base64();
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    const std::size_t whole = text.size() - (padding > 0 ? 4 : 0);
    std::size_t size = 0;
    if (::base64_decode(text.data(), whole, out, &size, 0) != 1 || size != whole / 4 * 3)
        return std::nullopt;
    if (padding == 0) return size;
    if (!decode_last_group(text.substr(whole), padding, out + size)) return std::nullopt;
    return size + 3 - padding;
}

}  // namespace freshet
