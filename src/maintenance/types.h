// The words of the maintenance service: tables, runs and policies.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/resource.h"
#include "base/time.h"
#include "maintenance/limits.h"

namespace freshet::maintenance {

struct TableKey {
    std::string account, region, database, name;
    auto operator<=>(const TableKey&) const = default;
    std::string path() const { return database + "." + name; }
};

/// What a run is asked for.
struct Options {
    bool converts = false;  ///< text to Parquet; otherwise objects are merged as they are
    std::string into;       ///< "database.table" that takes the Parquet; "" converts in place
    std::string where;      ///< of the partition keys, as GetPartitions takes it; "" for all
    bool narrows = false;   ///< types of text columns, by looking at their values
    std::string compression = "zstd";  ///< of Parquet: "zstd", "snappy", "gzip", "none"
    std::uint64_t target_bytes = limits::target_bytes_default;
    Millis keep_raw{};  ///< how long converted sources stay under another prefix
    std::vector<std::string> sort_columns, bloom_columns;
    Millis age_min{};  ///< younger objects are left alone
    bool operator==(const Options&) const = default;
};

/// `stopping`: it was asked to end before it is done; the next start of the server does not
/// continue it.
enum class State { running, succeeded, failed, stopped, stopping };
/// It has not ended.
bool is_active(State state);
const char* word_of(State state);

/// Who asked for a run.
enum class Origin { request, statement, policy };
const char* word_of(Origin origin);

struct Figures {
    std::int64_t partitions = 0, partitions_done = 0;
    std::int64_t files_before = 0, files_after = 0;
    std::int64_t bytes_before = 0, bytes_after = 0;
    std::int64_t rows_read = 0, rows_written = 0, rows_rejected = 0;
    std::int64_t commits = 0;
    std::int64_t retries = 0;  ///< objects were replaced meanwhile, and a partition began again
    std::int64_t left_alone = 0;
    bool operator==(const Figures&) const = default;
};

/// A query that reads every column of every row, as the client that asked for the run measured it.
struct Scan {
    std::int64_t took_ms = 0, bytes = 0;
    bool operator==(const Scan&) const = default;
};

struct Run {
    std::string id;
    TableKey table;
    Options options;
    Origin origin = Origin::request;
    State state = State::running;
    Figures figures;
    std::string error;               ///< of a failed one
    std::vector<std::string> notes;  ///< objects that were left alone and why, types that changed
    Timestamp started;
    std::optional<Timestamp> ended;
    std::optional<Scan> scan_before, scan_after;
};

/// Errc::invalid when they do not fit one another.
Result<> check_options(const TableKey& table, const Options& options);

/// What a run would do.
struct Proposal {
    Figures figures;  ///< `after` is an estimate for Parquet
    struct Part {
        std::string name;  ///< "year=2026/month=01"; "" of a table without partitions
        std::int64_t files = 0, bytes = 0, files_after = 0;
    };
    std::vector<Part> parts;  ///< those with something to do
    std::vector<std::string> notes;
};

/// When a table is optimised by itself.
struct Policy {
    TableKey table;
    std::int64_t files_over = 50;  ///< small files in one partition
    std::uint64_t file_bytes_under = 16 * limits::mebibyte;
    Millis idle_for = 10min;  ///< since the newest object of the partition
    Options options;
    Timestamp set;
};

}  // namespace freshet::maintenance
