// The words of the lake service: crawlers and what they find.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::lake {

struct Crawler;
using CrawlerKey = ResourceName<Crawler>;

struct Target {
    bool operator==(const Target&) const = default;
    std::string path;                     ///< "s3://bucket/prefix/"
    std::vector<std::string> exclusions;  ///< globs below the path
    std::optional<int>
        sample_size;  ///< files of a folder that are read; as many as limits.h allows
};

enum class State { ready, running, stopping };
enum class Outcome { succeeded, cancelled, failed };

struct LastCrawl {
    Outcome outcome = Outcome::succeeded;
    std::string error;
    std::string log_stream;  ///< of the group /aws-glue/crawlers: the reasons of each decision
    Timestamp started;
};

/// What a crawl did, for ListCrawls and GetCrawlerMetrics.
struct Tally {
    std::int64_t tables_made = 0, tables_changed = 0, tables_gone = 0;
    std::int64_t partitions_made = 0, partitions_gone = 0;
};
struct PastCrawl {
    std::string id;
    Outcome outcome = Outcome::succeeded;
    std::string error, log_stream;
    Timestamp started, ended;
    Tally tally;
};

struct Crawler {
    std::int64_t id = 0;
    CrawlerKey key;
    std::string role, database, description, table_prefix, configuration;
    std::string update_behavior = "UPDATE_IN_DATABASE", delete_behavior = "DEPRECATE_IN_DATABASE";
    std::string recrawl_behavior = "CRAWL_EVERYTHING";
    std::vector<Target> targets;
    Timestamp created, updated;
    int version = 1;
    State state = State::ready;
    std::optional<Timestamp> running_since;
    std::string running_id;  ///< of the crawl that runs, else ""
    std::optional<LastCrawl> last;
    std::vector<PastCrawl> history;  ///< oldest first, limits::history_max at most
    /// Only folders that no crawl has seen, whose tables and partitions are added and nothing
    /// changed.
    bool crawls_new_folders_only() const { return recrawl_behavior == "CRAWL_NEW_FOLDERS_ONLY"; }
};

struct Column {
    std::string name, type;  ///< Hive's type
    bool operator==(const Column&) const = default;
};

/// A file's format, or a table's: the first that fits of Parquet, JSON and CSV.
struct Format {
    std::string classification;  ///< "csv", "json", "parquet"
    std::vector<Column> columns;
    char delimiter = ',';
    bool has_header = false, is_quoted = false, is_gzip = false;
};

/// A table that a crawl found, with its partitions (values in the order of keys) and where they
/// lie.
struct FoundTable {
    std::string name, location;
    Format format;
    std::vector<std::string> keys;
    std::map<std::vector<std::string>, std::string> partitions;
    std::uint64_t bytes = 0, objects = 0;
    bool is_partial = false;  ///< only new folders were looked at: what is not here is not gone
    std::set<std::string> unread;  ///< folders whose files are nothing known: they are not gone
};

}  // namespace freshet::lake
