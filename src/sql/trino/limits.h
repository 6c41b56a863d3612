// The bounds of the Trino dialect: no statement exhausts stack, memory or time of the server or of
// the engine. Athena's own bound on a statement (262,144 bytes) is query/limits.h.
#pragma once
#include <cstddef>
#include <cstdint>

namespace freshet::sql::trino {

/// Levels of parentheses, calls, subqueries that the parser goes into.
inline constexpr int nesting_max = 200;
/// Levels of the tree: subscripts and fields in a row (a[1][2].b) add to it without parentheses.
inline constexpr int tree_height_max = 2 * nesting_max;
/// Levels that the engine's text may have, and links of a chain whose type is not a plain number;
/// the engine itself ends at 1000.
inline constexpr int engine_depth_max = 750;
/// Bytes of the engine's text, and of every part of it.
inline constexpr std::size_t engine_text_bytes_max = std::size_t{16} << 20;
/// Bytes of WITH queries and views that are written out again at another use; later ones are named
/// once.
inline constexpr std::size_t repeated_bytes_max = std::size_t{64} << 10;
/// Relations of one statement, those of views and of repeated WITH queries counted.
inline constexpr int relations_max = 2000;
/// Parts of one UNION, INTERSECT or EXCEPT: the engine's time grows with the square of their
/// number.
inline constexpr std::size_t set_parts_max = 2000;
/// Columns that one SELECT gives.
inline constexpr std::size_t columns_max = 10'000;
/// Operands of AND and OR that the engine's optimizer sees at once: its time grows with their
/// square.
inline constexpr std::size_t logic_terms_max = 100;
/// Links of + - * / that the optimizer sees at once: its time grows with their cube. A longer chain
/// is a fold over a list.
inline constexpr std::size_t chain_links_max = 50;
/// Trino: query.max-grouping-sets.
inline constexpr std::size_t grouping_sets_max = 2048;

}  // namespace freshet::sql::trino
