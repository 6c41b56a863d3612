// One block of raw LZ4, as containers hold it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::record {

/// Appends what `block` holds; false, and nothing is appended, when it is damaged or holds more
/// than `bytes_max` bytes, which are taken from memory meanwhile.
bool has_appended_lz4(std::string_view block, std::size_t bytes_max, std::string& out);

}  // namespace freshet::record
