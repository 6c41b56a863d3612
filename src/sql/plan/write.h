// What a worker is given to write a scan's rows to Parquet or ORC files, or to look which narrower
// types the text of a scan has; and what it answers. The plan's directories lie on this machine and
// belong to the caller.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sql/plan/plan.h"

namespace freshet::sql::plan {

enum class FileFormat : std::uint8_t { parquet, orc };
/// gzip of an ORC file: its ZLIB.
enum class Compression : std::uint8_t { none, snappy, gzip, zstd };

/// How the text of a column is read as its type.
enum class TextForm : std::uint8_t {
    plain,  ///< as a query reads it: "2026-01-31", "2026-01-31 23:59:59.123456"
    iso,    ///< date or timestamp: 'T' between, 'Z' at the end, both optional
    us      ///< "01/31/2026", "01/31/2026 11:59:59 PM"
};

struct SortColumn {
    std::string name;
    bool is_descending = false;
    bool has_nulls_first = false;
};

/// Of a target of FileFormat::orc.
struct OrcOptions {
    std::uint64_t stripe_bytes = 64 << 20;  ///< about, as they lie in the file
    std::uint64_t row_index_stride = 10'000;
    double dictionary_threshold = 0;  ///< distinct texts of all; 0: no dictionary
    double bloom_false_positives = 0.05;
    bool is_version_0_11 = false;
};

/// An ORC file is one: not sorted into partitions, not cut by size. Rows of text with a timestamp
/// before 1970 that has a fraction of a second are rejected there: some readers of ORC call a file
/// with one malformed.
struct WriteTarget {
    std::string directory;  ///< exists; absolute
    /// Files are called "NAME-0.parquet" or ".orc", "NAME-1.parquet", ...; no '/' in it.
    std::string file_name;
    FileFormat format = FileFormat::parquet;
    Compression compression = Compression::zstd;
    std::uint64_t row_group_rows = 122'880;   ///< the engine takes multiples of 2,048
    std::uint64_t row_group_bytes = 0;        ///< of values in memory, about; 0: rows decide
    std::uint64_t file_bytes = 0;             ///< about; then a new file begins; 0: one file
    std::uint64_t dictionary_values_max = 0;  ///< of one column of a row group; 0: the engine's own
    std::uint64_t string_page_bytes = 0;      ///< of a page of texts' dictionary; 0: the engine's
    bool has_dictionaries = true;
    int writer_version = 1;        ///< of data pages: 1 or 2
    std::vector<SortColumn> sort;  ///< of all rows of the plan
    /// Not empty: columns with a dictionary get bloom filters, which the engine cannot limit to
    /// those that are named; in ORC files the named ones of the top level get them.
    std::vector<std::string> bloom_columns;
    /// Rows of equal values of these columns get files of their own, which do not hold them.
    std::vector<std::string> partition_by;
    OrcOptions orc;
};

/// The columns of `source` have the types that are written, and those that are not partition keys
/// and `is_used` are written, in their order. Any format but orc.
/// A row of text with a value that its column's type cannot hold is not written: it is a line of
/// `rejects_path`, {"file","line","column","reason","raw"} (raw in "raw_base64" when it is not
/// UTF-8). The text "" is NULL for types other than varchar and varbinary. A Parquet file that does
/// not fit without loss fails the plan, by its name.
struct WritePlan {
    ScanPlan source;
    std::map<std::string, TextForm> forms;  ///< by column; others are plain
    WriteTarget target;
    std::string rejects_path;       ///< exists after the plan only when a row was rejected
    std::uint64_t rejects_max = 0;  ///< with more of them the plan fails
    std::uint64_t memory_mib = 0;
    std::string spill_directory;
};

/// Properties of a source of the format json whose lines are read as a deserializer of Firehose
/// reads them: "openx", which makes a value of another kind one of the column's where nothing is
/// lost, or "hive", which does not.
inline constexpr const char* record_deserializer = "freshet.deserializer";
inline constexpr const char* record_names_keep_case = "freshet.names.keep.case";  ///< "true"
inline constexpr const char* record_names_dots = "freshet.names.dots";  ///< "true": underscores
/// Before a column: the name of its member.
inline constexpr const char* record_name_of = "freshet.name.";
/// Before a number, from 0: a pattern of timestamps in Joda's letters, or "millis". Of "hive".
inline constexpr const char* record_time_format = "freshet.time.";

struct WrittenFile {
    std::string path;
    std::uint64_t rows = 0, bytes = 0;
    std::vector<std::optional<std::string>> partition;  ///< values of WriteTarget::partition_by
    auto operator<=>(const WrittenFile&) const = default;
};

/// `rows` + `rejected` is what was read. The files are closed, not synced; none when `rows` is 0.
/// Of a plan that failed no file is left (the worker removes them, or, when it died, its starter).
struct Written {
    std::uint64_t rows = 0, rejected = 0, scanned_bytes = 0;
    std::vector<WrittenFile> files;
    std::vector<std::string>
        notes;  ///< what the sources' footers have and the files do not, and why
    auto operator<=>(const Written&) const = default;
};

/// Looks at the varchar columns of `source` (delimited, quoted or json) that are not partition
/// keys.
struct LookPlan {
    ScanPlan source;
    std::uint64_t rows_max = 0;  ///< 0: all
    std::uint64_t memory_mib = 0;
    std::string spill_directory;
};

/// A type that the texts of a column may have.
struct Fit {
    /// Hive's: "bigint", "double", "boolean", "date", "timestamp". "007" is not a bigint.
    std::string type;
    TextForm form = TextForm::plain;
    std::uint64_t misfits = 0;  ///< texts, "" apart, that are not of the type; 1,000 is "or more"
    std::string example;        ///< the first of them, cut to some bytes
    auto operator<=>(const Fit&) const = default;
};

struct LookedColumn {
    std::string name;
    std::uint64_t nulls = 0, empty = 0, texts = 0;  ///< their sum is Looked::rows
    std::vector<Fit> fits;                          ///< the narrowest first
    /// The first that all texts are of; null when there are no texts, or none has a type.
    const Fit* narrowest() const {
        if (texts == 0) return nullptr;
        for (const Fit& fit : fits) {
            if (fit.misfits == 0) return &fit;
        }
        return nullptr;
    }
    auto operator<=>(const LookedColumn&) const = default;
};

struct Looked {
    std::uint64_t rows = 0, scanned_bytes = 0;
    std::vector<LookedColumn> columns;
    auto operator<=>(const Looked&) const = default;
};

}  // namespace freshet::sql::plan
