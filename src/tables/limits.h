// The bounds of the table service; all are those of DynamoDB unless the comment says otherwise.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::tables::limits {

inline constexpr std::size_t item_bytes_max = 400 * 1024;
inline constexpr std::size_t page_bytes_max = 1024 * 1024;  ///< of items read by one Query or Scan
inline constexpr std::size_t batch_get_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t batch_write_items_max = 25;
inline constexpr std::size_t batch_get_items_max = 100;
inline constexpr std::size_t transaction_bytes_max = 4 * 1024 * 1024;
inline constexpr Millis transaction_token_age_max = 10min;
inline constexpr std::size_t hash_key_bytes_max = 2048;
inline constexpr std::size_t range_key_bytes_max = 1024;
inline constexpr int nesting_max = 32;  ///< of maps and lists in an attribute
inline constexpr std::size_t digits_max = 38;
inline constexpr std::size_t global_indexes_max = 20;
inline constexpr std::size_t local_indexes_max = 5;
inline constexpr std::size_t tables_max = 2500;  ///< of an account in a region
inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t table_name_length_min = 3;
inline constexpr std::size_t table_name_length_max = 255;

inline constexpr std::size_t expression_bytes_max = 4096;
inline constexpr std::size_t expression_operators_max = 300;
inline constexpr std::size_t in_operands_max = 100;

inline constexpr std::size_t read_unit_bytes = 4096;
inline constexpr std::size_t write_unit_bytes = 1024;

}  // namespace freshet::tables::limits
