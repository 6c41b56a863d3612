// DuckDB's headers, in the one form that compiles as C++23: there, std::unique_ptr is constexpr,
// and its header needs ActiveTimer's destructor before ActiveTimer is complete. Include this, not
// <duckdb.hpp>.
#pragma once
#include <memory>

namespace duckdb {
struct ActiveTimer;
}
template <>
struct std::default_delete<duckdb::ActiveTimer> {
    void operator()(duckdb::ActiveTimer* timer) const;
};

#include <duckdb.hpp>
#include <duckdb/main/profiling_utils.hpp>

inline void std::default_delete<duckdb::ActiveTimer>::operator()(duckdb::ActiveTimer* timer) const {
    delete timer;
}
