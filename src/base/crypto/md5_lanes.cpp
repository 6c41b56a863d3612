// RFC 1321. OpenSSL hashes one stream; its context is also where the lanes begin and end.
#define OPENSSL_SUPPRESS_DEPRECATED  // MD5_CTX: the context of EVP does not show its state
#include "base/crypto/md5_lanes.h"

#include <openssl/md5.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/check.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace freshet {

struct Md5Stream::State {
    MD5_CTX context;
};

namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::size_t lanes = Md5Stream::lanes;
/// A step over all lanes costs one and a half of one stream.
constexpr std::size_t lanes_min = 2;

void add(MD5_CTX& context, std::string_view data) {
    FRESHET_CHECK(MD5_Update(&context, data.data(), data.size()) == 1);
}

#if defined(__x86_64__)

/// A word of each lane.
using Words = std::uint32_t __attribute__((vector_size(4 * lanes)));

constexpr std::array<std::uint32_t, 64> sines{
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/// Eight words of each lane, from `at` of its block: out[i] has word i of all lanes.
__attribute__((target("avx2"))) void transpose(const std::array<const char*, lanes>& from,
                                               std::size_t at, Words* out) {
    __m256i row[lanes], pair[lanes], quad[lanes];
    for (std::size_t i = 0; i < lanes; ++i)
        row[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from[i] + at));
    for (std::size_t i = 0; i < lanes; i += 2) {
        pair[i] = _mm256_unpacklo_epi32(row[i], row[i + 1]);
        pair[i + 1] = _mm256_unpackhi_epi32(row[i], row[i + 1]);
    }
    for (std::size_t i = 0; i < lanes; i += 4) {
        quad[i] = _mm256_unpacklo_epi64(pair[i], pair[i + 2]);
        quad[i + 1] = _mm256_unpackhi_epi64(pair[i], pair[i + 2]);
        quad[i + 2] = _mm256_unpacklo_epi64(pair[i + 1], pair[i + 3]);
        quad[i + 3] = _mm256_unpackhi_epi64(pair[i + 1], pair[i + 3]);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        out[i] = reinterpret_cast<Words>(_mm256_permute2x128_si256(quad[i], quad[i + 4], 0x20));
        out[i + 4] = reinterpret_cast<Words>(_mm256_permute2x128_si256(quad[i], quad[i + 4], 0x31));
    }
}

/// One step of round `Round`; the names are the standard's.
template <int Round, int Left>
__attribute__((target("avx2"), always_inline)) inline void step(Words& a, const Words& b,
                                                                const Words& c, const Words& d,
                                                                const Words& x, std::uint32_t t) {
    Words mixed;
    if constexpr (Round == 0) mixed = d ^ (b & (c ^ d));
    if constexpr (Round == 1) mixed = c ^ (d & (b ^ c));
    if constexpr (Round == 2) mixed = b ^ c ^ d;
    if constexpr (Round == 3) mixed = c ^ (b | ~d);
    const Words sum = a + mixed + x + t;
    a = ((sum << Left) | (sum >> (32 - Left))) + b;
}

template <int Round, int First, int Stride, int L0, int L1, int L2, int L3>
__attribute__((target("avx2"), always_inline)) inline void round_of(Words& a, Words& b, Words& c,
                                                                    Words& d, const Words* x) {
    const std::uint32_t* t = &sines[Round * 16];
    for (int i = 0; i < 16; i += 4) {
        step<Round, L0>(a, b, c, d, x[(First + Stride * i) % 16], t[i]);
        step<Round, L1>(d, a, b, c, x[(First + Stride * (i + 1)) % 16], t[i + 1]);
        step<Round, L2>(c, d, a, b, x[(First + Stride * (i + 2)) % 16], t[i + 2]);
        step<Round, L3>(b, c, d, a, x[(First + Stride * (i + 3)) % 16], t[i + 3]);
    }
}

/// `blocks` of each lane, from where `from` points.
__attribute__((target("avx2"))) void hash_blocks(std::array<MD5_CTX*, lanes>& to,
                                                 std::array<const char*, lanes> from,
                                                 std::size_t blocks) {
    Words a, b, c, d;
    for (std::size_t i = 0; i < lanes; ++i) {
        a[i] = to[i]->A, b[i] = to[i]->B, c[i] = to[i]->C, d[i] = to[i]->D;
    }
    for (; blocks > 0; --blocks) {
        Words x[16];
        transpose(from, 0, x);
        transpose(from, block_bytes / 2, x + 8);
        const Words a0 = a, b0 = b, c0 = c, d0 = d;
        round_of<0, 0, 1, 7, 12, 17, 22>(a, b, c, d, x);
        round_of<1, 1, 5, 5, 9, 14, 20>(a, b, c, d, x);
        round_of<2, 5, 3, 4, 11, 16, 23>(a, b, c, d, x);
        round_of<3, 0, 7, 6, 10, 15, 21>(a, b, c, d, x);
        a += a0, b += b0, c += c0, d += d0;
        for (const char*& one : from) one += block_bytes;
    }
    for (std::size_t i = 0; i < lanes; ++i) {
        to[i]->A = a[i], to[i]->B = b[i], to[i]->C = c[i], to[i]->D = d[i];
    }
}

void count(MD5_CTX& context, std::uint64_t bytes) {
    const std::uint64_t bits = (std::uint64_t{context.Nh} << 32 | context.Nl) + bytes * 8;
    context.Nl = static_cast<MD5_LONG>(bits);
    context.Nh = static_cast<MD5_LONG>(bits >> 32);
}

struct Lane {
    MD5_CTX* context;
    std::string_view data;
};

/// As many blocks as all of `used` have, at the front of each.
void hash_common(std::span<Lane> used) {
    std::size_t bytes = used.front().data.size();
    for (const Lane& lane : used) bytes = std::min(bytes, lane.data.size());
    bytes -= bytes % block_bytes;
    if (bytes == 0) return;
    MD5_CTX spare{};
    std::array<MD5_CTX*, lanes> to;
    std::array<const char*, lanes> from;
    to.fill(&spare);  // a lane that nobody uses hashes what the first one does
    from.fill(used.front().data.data());
    for (std::size_t i = 0; i < used.size(); ++i) {
        FRESHET_CHECK(used[i].context->num == 0);  // it is at the begin of a block
        to[i] = used[i].context;
        from[i] = used[i].data.data();
    }
    hash_blocks(to, from, bytes / block_bytes);
    for (Lane& lane : used) {
        count(*lane.context, bytes);
        lane.data.remove_prefix(bytes);
    }
}

/// Up to `lanes` of them; what only one has left is added to it alone.
void hash_beside(std::span<Lane> all) {
    for (Lane& lane : all) {  // to the begin of a block
        if (lane.context->num == 0) continue;
        const std::size_t gap = std::min(block_bytes - lane.context->num, lane.data.size());
        add(*lane.context, lane.data.substr(0, gap));
        lane.data.remove_prefix(gap);
    }
    std::ranges::sort(all, std::ranges::greater(),
                      [](const Lane& lane) { return lane.data.size(); });
    while (all.size() >= lanes_min) {
        hash_common(all);
        while (!all.empty() && all.back().data.size() < block_bytes) {
            add(*all.back().context, all.back().data);
            all = all.first(all.size() - 1);
        }
    }
    for (const Lane& lane : all) add(*lane.context, lane.data);
}

bool has_lanes() {
    static const bool is_able = __builtin_cpu_supports("avx2") != 0;
    return is_able;
}

/// Texts that fit one block with their padding, a lane each.
class ShortTexts {
  public:
    static constexpr std::size_t bytes_max = block_bytes - 9;  ///< beside 0x80 and the length

    /// `out` is written by the next finish().
    void add(std::string_view text, Md5& out) {
        FRESHET_CHECK(count_ < lanes && text.size() <= bytes_max);
        Block& block = blocks_[count_];
        block.fill(0);
        std::memcpy(block.data(), text.data(), text.size());
        block[text.size()] = static_cast<char>(0x80);
        const std::size_t bits = text.size() * 8;  // of 64 bits, little-endian; two bytes are used
        block[block_bytes - 8] = static_cast<char>(bits);
        block[block_bytes - 7] = static_cast<char>(bits >> 8);
        outs_[count_++] = &out;
        if (count_ == lanes) finish();
    }

    void finish() {
        std::array<MD5_CTX, lanes> contexts;
        std::array<MD5_CTX*, lanes> to;
        std::array<const char*, lanes> from;
        for (std::size_t i = 0; i < lanes; ++i) {
            FRESHET_CHECK(MD5_Init(&contexts[i]) == 1);
            to[i] = &contexts[i];
            from[i] = blocks_[i].data();
        }
        hash_blocks(to, from, 1);
        for (std::size_t i = 0; i < count_; ++i) {
            const MD5_LONG digest[] = {to[i]->A, to[i]->B, to[i]->C, to[i]->D};
            std::memcpy(outs_[i]->data(), digest, sizeof digest);
        }
        count_ = 0;
    }

  private:
    using Block = std::array<char, block_bytes>;
    std::array<Block, lanes> blocks_{};
    std::array<Md5*, lanes> outs_{};
    std::size_t count_ = 0;
};

#endif

}  // namespace

Md5Stream::Md5Stream() : state_(std::make_unique<State>()) {
    FRESHET_CHECK(MD5_Init(&state_->context) == 1);
}
Md5Stream::~Md5Stream() = default;
Md5Stream::Md5Stream(Md5Stream&&) noexcept = default;
Md5Stream& Md5Stream::operator=(Md5Stream&&) noexcept = default;

void Md5Stream::update(std::string_view data) { add(state_->context, data); }

std::string Md5Stream::finish() {
    std::string digest(MD5_DIGEST_LENGTH, '\0');
    FRESHET_CHECK(MD5_Final(reinterpret_cast<unsigned char*>(digest.data()), &state_->context) ==
                  1);
    return digest;
}

void Md5Stream::update_all(std::span<const Next> all) {
#if defined(__x86_64__)
    if (has_lanes()) {
        std::array<Lane, lanes> some;
        while (all.size() >= lanes_min) {
            const std::size_t count = std::min(all.size(), lanes);
            for (std::size_t i = 0; i < count; ++i)
                some[i] = {&all[i].stream->state_->context, all[i].data};
            hash_beside(std::span(some).first(count));
            all = all.subspan(count);
        }
    }
#endif
    for (const Next& next : all) next.stream->update(next.data);
}

void md5_each(std::span<const std::string_view> texts, std::span<Md5> out) {
    FRESHET_CHECK(texts.size() == out.size());
#if defined(__x86_64__)
    if (has_lanes() && texts.size() >= lanes_min) {
        ShortTexts some;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (texts[i].size() <= ShortTexts::bytes_max)
                some.add(texts[i], out[i]);
            else
                out[i] = md5(texts[i]);
        }
        return some.finish();
    }
#endif
    for (std::size_t i = 0; i < texts.size(); ++i) out[i] = md5(texts[i]);
}

}  // namespace freshet
