// One block of raw Snappy, as containers hold it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::record {

/// Whether all of `block` is Snappy, for at most `bytes_max` bytes.
bool is_snappy_block(std::string_view block, std::size_t bytes_max);

/// Appends what `block` holds; false, and nothing is appended, when it is damaged or holds more
/// than `bytes_max` bytes.
bool has_appended_snappy(std::string_view block, std::size_t bytes_max, std::string& out);

}  // namespace freshet::record
