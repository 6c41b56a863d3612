// RFC 1321, one lane of a vector for each text. Only texts that fit one block with their padding
// come here; the others are left to md5().
#include "base/crypto/md5_short.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace freshet {
namespace {

constexpr std::size_t lanes = 8, block_bytes = 64, words = block_bytes / 4;
constexpr std::size_t text_bytes_max = block_bytes - 9;  ///< beside 0x80 and the length

/// A word of each text. The compiler makes of it what the processor has.
using Lanes = std::uint32_t __attribute__((vector_size(4 * lanes)));

constexpr std::uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

template <std::size_t Step>
void step(const Lanes* block, Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
    constexpr std::size_t round = Step / 16;
    constexpr std::size_t factors[] = {1, 5, 3, 7}, offsets[] = {0, 1, 5, 0};
    constexpr std::size_t word = (factors[round] * Step + offsets[round]) % words;
    constexpr int shift = shifts[round][Step % 4];
    Lanes mixed;
    if constexpr (round == 0)
        mixed = d ^ (b & (c ^ d));
    else if constexpr (round == 1)
        mixed = c ^ (d & (b ^ c));
    else if constexpr (round == 2)
        mixed = b ^ c ^ d;
    else
        mixed = c ^ (b | ~d);
    mixed += a + block[word] + sines[Step];
    a = b + ((mixed << shift) | (mixed >> (32 - shift)));
}

template <std::size_t... Group>
void all_steps(const Lanes* block, Lanes& a, Lanes& b, Lanes& c, Lanes& d,
               std::index_sequence<Group...>) {
    ((step<4 * Group>(block, a, b, c, d), step<4 * Group + 1>(block, d, a, b, c),
      step<4 * Group + 2>(block, c, d, a, b), step<4 * Group + 3>(block, b, c, d, a)),
     ...);
}

/// One block of each text.
class Group {
  public:
    void add(std::string_view text, Md5& out) {
        FRESHET_CHECK(size_ < lanes && text.size() <= text_bytes_max);
        std::uint32_t block[words] = {};
        std::memcpy(block, text.data(), text.size());
        reinterpret_cast<unsigned char*>(block)[text.size()] = 0x80;
        block[words - 2] = static_cast<std::uint32_t>(text.size() * 8);
        for (std::size_t i = 0; i < words; ++i) block_[i][size_] = block[i];
        out_[size_++] = &out;
    }
    bool is_full() const { return size_ == lanes; }

    void finish() {
        if (size_ == 0) return;
        const Lanes none = {};
        const Lanes start[4] = {none + 0x67452301U, none + 0xefcdab89U, none + 0x98badcfeU,
                                none + 0x10325476U};
        Lanes state[4] = {start[0], start[1], start[2], start[3]};
        all_steps(block_, state[0], state[1], state[2], state[3], std::make_index_sequence<16>());
        for (std::size_t i = 0; i < 4; ++i) state[i] += start[i];
        for (std::size_t lane = 0; lane < size_; ++lane) {
            const std::uint32_t digest[4] = {state[0][lane], state[1][lane], state[2][lane],
                                             state[3][lane]};
            std::memcpy(out_[lane]->data(), digest, sizeof digest);
        }
        size_ = 0;
    }

  private:
    Lanes block_[words] = {};
    Md5* out_[lanes] = {};
    std::size_t size_ = 0;
};

}  // namespace

void md5_each(std::span<const std::string_view> texts, std::span<Md5> out) {
    FRESHET_CHECK(texts.size() == out.size());
    constexpr std::size_t worth_lanes = 4;  // fewer cost as much as one after the other
    const bool has_lanes =
        std::endian::native == std::endian::little && texts.size() >= worth_lanes;
    Group group;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!has_lanes || texts[i].size() > text_bytes_max) {
            out[i] = md5(texts[i]);
            continue;
        }
        group.add(texts[i], out[i]);
        if (group.is_full()) group.finish();
    }
    group.finish();
}

}  // namespace freshet
