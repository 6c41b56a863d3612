#include "base/crypto/sealed_chunks.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet {
namespace {

std::string bound_of(std::uint64_t index, bool is_last) {
    return fmt::format("chunk {}{}", index, is_last ? " last" : "");
}

}  // namespace

std::uint64_t SealedChunks::sealed_bytes(std::uint64_t size) {
    return size + (size + chunk_bytes - 1) / chunk_bytes * overhead_bytes;
}

std::string SealedChunks::seal(std::uint64_t index, bool is_last, std::string_view plain) const {
    return cipher_.seal(plain, bound_of(index, is_last));
}

Result<std::string> SealedChunks::open(std::uint64_t whole, std::uint64_t offset,
                                       std::uint64_t size, const Read& read) const {
    offset = std::min(offset, whole);
    size = std::min(size, whole - offset);
    if (size == 0) return std::string();
    const std::uint64_t first = offset / chunk_bytes, last = (offset + size - 1) / chunk_bytes;
    const std::uint64_t begin = first * (chunk_bytes + overhead_bytes);
    const std::uint64_t end =
        std::min((last + 1) * (chunk_bytes + overhead_bytes), sealed_bytes(whole));
    auto sealed = read(begin, end - begin);
    if (!sealed) return sealed;
    const std::uint64_t final_chunk = (whole - 1) / chunk_bytes;
    std::string plain;
    plain.reserve((last - first + 1) * chunk_bytes);
    std::string_view rest = *sealed;
    for (std::uint64_t index = first; index <= last; ++index) {
        const std::string_view chunk = rest.substr(0, chunk_bytes + overhead_bytes);
        const auto opened = cipher_.open(chunk, bound_of(index, index == final_chunk));
        if (!opened)
            return fail(Errc::corrupt,
                        "encrypted bytes were changed: an authentication tag is wrong");
        plain += *opened;
        rest.remove_prefix(chunk.size());
    }
    if (plain.size() < offset - first * chunk_bytes + size)
        return fail(Errc::corrupt, "encrypted bytes are shorter than they were");
    return plain.substr(offset - first * chunk_bytes, size);
}

}  // namespace freshet
