// CRC-32 by carry-less multiplication where the processor has it: four times as fast as zlib's
// tables, which take what is left.
#include <zlib.h>

#include "base/crypto/digest.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace freshet {
namespace {

#if defined(__x86_64__)

constexpr std::size_t folded_bytes = 64;  ///< in one step
constexpr std::size_t lane_bytes = 16;

/// `by` moved over as many bytes as its constants say, and `next` after it.
__attribute__((target("sse4.1,pclmul"))) __m128i fold(__m128i by, __m128i constants, __m128i next) {
    const __m128i low = _mm_clmulepi64_si128(by, constants, 0x00);
    const __m128i high = _mm_clmulepi64_si128(by, constants, 0x11);
    return _mm_xor_si128(_mm_xor_si128(high, next), low);
}

__attribute__((target("sse4.1,pclmul"))) __m128i lane(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// V. Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (2009), with
/// the constants of this polynomial. `size` is a multiple of lane_bytes, from folded_bytes on; the
/// value before and after is complemented.
__attribute__((target("sse4.1,pclmul"))) std::uint32_t crc32_folded(const char* data,
                                                                    std::size_t size,
                                                                    std::uint32_t crc) {
    const __m128i over_64 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
    const __m128i over_16 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    __m128i x[4];
    for (std::size_t i = 0; i < 4; ++i) x[i] = lane(data + i * lane_bytes);
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128(static_cast<int>(crc)));
    data += folded_bytes, size -= folded_bytes;
    for (; size >= folded_bytes; data += folded_bytes, size -= folded_bytes) {
        for (std::size_t i = 0; i < 4; ++i) x[i] = fold(x[i], over_64, lane(data + i * lane_bytes));
    }
    __m128i rest = x[0];
    for (std::size_t i = 1; i < 4; ++i) rest = fold(rest, over_16, x[i]);
    for (; size >= lane_bytes; data += lane_bytes, size -= lane_bytes)
        rest = fold(rest, over_16, lane(data));
    // 128 bits to 64, and those to 32 (Barrett).
    const __m128i half = _mm_setr_epi32(~0, 0, ~0, 0);
    rest = _mm_xor_si128(_mm_srli_si128(rest, 8), _mm_clmulepi64_si128(rest, over_16, 0x10));
    const __m128i upper = _mm_srli_si128(rest, 4);
    rest = _mm_clmulepi64_si128(_mm_and_si128(rest, half), _mm_set_epi64x(0, 0x0163cd6124), 0x00);
    rest = _mm_xor_si128(rest, upper);
    const __m128i reduction = _mm_set_epi64x(0x01f7011641, 0x01db710641);
    __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(rest, half), reduction, 0x10);
    quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, half), reduction, 0x00);
    return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_xor_si128(rest, quotient), 1));
}

#endif

}  // namespace

std::uint32_t crc32(std::string_view data, std::uint32_t seed) {
#if defined(__x86_64__)
    static const bool is_fast =
        __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
    if (is_fast && data.size() >= folded_bytes) {
        const std::size_t folded = data.size() / lane_bytes * lane_bytes;
        seed = ~crc32_folded(data.data(), folded, ~seed);
        data.remove_prefix(folded);
    }
#endif
    return static_cast<std::uint32_t>(
        crc32_z(seed, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

}  // namespace freshet
