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
    /// Kept as they are given: Freshet's crawlers hear of objects without a queue.
    std::string event_queue, dead_letter_queue;
};

/// When a crawler starts by itself.
struct Schedule {
    std::string expression;        ///< cron(...), in UTC
    bool is_running = true;        ///< else it waits for StartCrawlerSchedule
    std::optional<Timestamp> due;  ///< of a running one; nothing when there is no later tick
};
using Tags = std::map<std::string, std::string>;

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
    bool operator==(const Tally&) const = default;
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
    std::vector<std::string> classifiers;  ///< the user's own, in the order in which they are tried
    std::optional<Schedule> schedule;
    Tags tags;
    Timestamp created, updated;
    int version = 1;
    State state = State::ready;
    std::optional<Timestamp> running_since;
    std::string running_id;  ///< of the crawl that runs, else ""
    std::optional<LastCrawl> last;
    /// More objects came than are remembered one by one: everything is crawled next.
    bool is_overdue = false;
    std::vector<PastCrawl> history;  ///< oldest first, limits::history_max at most
    /// Only folders that no crawl has seen, whose tables and partitions are added and nothing
    /// changed.
    bool crawls_new_folders_only() const { return recrawl_behavior == "CRAWL_NEW_FOLDERS_ONLY"; }
    /// Objects are crawled as they come; a crawl that is started looks at everything.
    bool follows_objects() const { return recrawl_behavior == "CRAWL_EVENT_MODE"; }
};

struct Column {
    std::string name, type;  ///< Hive's type
    bool operator==(const Column&) const = default;
};

/// A file's format, or a table's: what the first classifier says that fits.
struct Format {
    std::string classification;  ///< "csv", "json", "parquet", "avro", ..., or a classifier's word
    std::vector<Column> columns;
    char delimiter = ',';
    bool has_header = false, is_quoted = false;
    std::string compression;  ///< of whole files: "gzip", "zstd", ...; "" for none
    char quote = '"';
    std::string
        serde;  ///< of CSV, if a classifier names it: "OpenCSVSerDe", "LazySimpleSerDe", "None"
    /// What a table of it says besides, for who reads it: a grok pattern, an Avro schema. Formats
    /// that differ in it are not of one table.
    std::map<std::string, std::string> particulars;
};

/// The names of particulars.
namespace particular {
inline constexpr const char* grok_pattern = "grokPattern";
inline constexpr const char* grok_custom = "grokCustomPatterns";
inline constexpr const char* json_path = "jsonPath";
inline constexpr const char* row_tag = "rowTag";
inline constexpr const char* avro_schema = "avro.schema.literal";
}  // namespace particular

/// A table of this crawler that is in the catalog.
struct KnownTable {
    std::string name, location;
    std::vector<std::string> keys;
    Format format;
};

/// What became of an object below a target.
struct Change {
    std::int64_t number = 0;
    std::string bucket, key;
    std::uint64_t size = 0;
    bool is_removed = false;
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
