// The bounds of the dashboards service and the QuickSight quotas they mirror.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::dashboards::limits {

inline constexpr std::size_t rows_max = 2500;  ///< QuickSight: points that a combo chart draws
inline constexpr std::size_t rows_bytes_max = 4 << 20;  ///< of one answer; a larger one is refused
inline constexpr std::size_t held_max = 100;            ///< data sets whose rows are kept
inline constexpr std::size_t id_chars_max = 512;        ///< QuickSight: of a restrictive id
inline constexpr std::size_t name_chars_max = 2048;     ///< QuickSight: of a dashboard
inline constexpr std::size_t sql_bytes_max = 65'536;    ///< QuickSight: SqlQuery
inline constexpr std::size_t columns_max = 2048;        ///< QuickSight: of a data set
inline constexpr std::size_t values_max = 200;          ///< QuickSight: fields of a field well
inline constexpr int ingestions_kept = 100;             ///< of a data set; the oldest are forgotten
inline constexpr std::size_t of_a_kind_max = 1000;      ///< sources, data sets, dashboards each
inline constexpr Millis refresh_every_min = 100ms;      ///< below it a chart does not look live
inline constexpr Millis refresh_every_max = 24h * 31;   ///< QuickSight: a schedule's longest

}  // namespace freshet::dashboards::limits
