// A function's code: a zip archive, unpacked with libzip into a directory of its own.
#pragma once
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace freshet::sandbox {

inline constexpr std::uint64_t unpacked_bytes_max = 262'144'000;  ///< Lambda's 250 MB
inline constexpr std::int64_t archive_entries_max = 100'000;

/// Writes the entries of `zip` below `directory`, which must not exist and appears only when
/// complete. Errc::invalid for bytes that are not an archive, a name that leads outside, a link, or
/// too much content. Blocks.
Result<> unpack(const Bytes& zip, const std::string& directory);

}  // namespace freshet::sandbox
