// Tables of the catalog as the analyser and the scans see them, and views as the catalog stores
// them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "query/ports.h"
#include "sql/plan/plan.h"
#include "sql/trino/analyzer.h"

namespace freshet::query {

sql::trino::TableInfo table_info(const CatalogTable& table);
/// nullopt: the SerDe is not built.
std::optional<sql::plan::Format> format_of(const CatalogStorage& storage);

/// How the text is read that still comes to what was converted to Parquet in its place: its
/// parameters keep it (docs/lake.md). Nothing for another storage.
std::optional<CatalogStorage> text_beside(const CatalogStorage& storage,
                                          const Properties& parameters);
/// Those parameters, for what is stored as `text`.
Properties text_parameters(const CatalogStorage& text);
/// The name of an object that conversions and merges give to Parquet.
bool is_named_parquet(std::string_view key);

/// The objects under the location name the files that hold the rows.
bool is_symlink(const CatalogStorage& storage);

/// Code and sentence of a refusal.
struct Refusal {
    sql::ErrorCode code;
    std::string why;
};
/// Why the rows of a partition cannot be read as its own storage and the table's columns say.
std::optional<Refusal> partition_refusal(const CatalogTable& table,
                                         const CatalogPartition& partition);

bool is_view(const CatalogTable& table);
/// What "/* Presto View: <base64 JSON> */" holds.
struct StoredView {
    std::string sql, database;
    std::vector<std::pair<std::string, std::string>> columns;  ///< names and Trino's types
};
std::optional<StoredView> read_view(const CatalogTable& table);
CatalogTable make_view(const std::string& database, const std::string& name, const std::string& sql,
                       const std::string& default_database,
                       const std::vector<sql::trino::OutputColumn>& columns);

/// "s3://bucket/key": false when it is none.
bool parse_location(std::string_view location, std::string& bucket, std::string& key);
/// "year=2022/month=01" with the values made safe for a path.
std::string partition_path(const std::vector<CatalogColumn>& keys,
                           const std::vector<std::string>& values);
std::string unescape_path(std::string_view text);

}  // namespace freshet::query
