// DuckDB alone, the yardstick of ./dev bench lake: runs the statements of its arguments in order
// and prints for each the seconds that it took and the first value of its answer, one line of JSON
// each.
#include <duckdb.h>

#include <chrono>
#include <cstdio>

int main(int argc, char** argv) {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess) {
        std::fprintf(stderr, "DuckDB does not start\n");
        return 1;
    }
    for (int i = 1; i < argc; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        duckdb_result result;
        if (duckdb_query(connection, argv[i], &result) != DuckDBSuccess) {
            std::fprintf(stderr, "%s: %s\n", argv[i], duckdb_result_error(&result));
            return 1;
        }
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        const bool has_value = duckdb_column_count(&result) > 0 && duckdb_row_count(&result) > 0;
        char* value = has_value ? duckdb_value_varchar(&result, 0, 0) : nullptr;
        std::printf("{\"seconds\":%.3f,\"value\":\"%s\"}\n", seconds, value ? value : "");
        if (value) duckdb_free(value);
        duckdb_destroy_result(&result);
    }
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}
