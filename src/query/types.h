// The words of the query service: executions, their states and their results.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/resource.h"
#include "base/strong.h"
#include "base/time.h"

namespace freshet::query {

struct ExecutionIdTag;
/// A UUID of version 4, as clients check.
using ExecutionId = Strong<std::string, ExecutionIdTag>;

enum class State { queued, running, succeeded, failed, cancelled };
enum class StatementKind { dml, ddl, utility };

/// One column of an answer, as Athena describes it: base type name, precision and scale.
struct Column {
    std::string name;
    std::string type;  ///< "bigint", "varchar", "timestamp with time zone"; "float" for real
    int precision = 0;
    int scale = 0;
    bool is_case_sensitive = false;
};

/// A cell as text in Athena's form; nullopt is NULL.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

struct StartRequest {
    Home home;
    std::string sql;
    std::string database = "default";
    std::string catalog = "AwsDataCatalog";
    std::string work_group = "primary";
    std::optional<std::string> output_location;  ///< "s3://bucket/prefix/"
    // ClientRequestToken: the same one starts nothing new
    std::optional<std::string> token;
    std::vector<std::string> parameters;  ///< SQL literals for the `?`s, in order
};

struct Statistics {
    std::int64_t queue_ms = 0;
    std::int64_t planning_ms = 0;
    std::int64_t engine_ms = 0;
    std::int64_t service_ms = 0;
    std::int64_t total_ms = 0;
    std::int64_t scanned_bytes = 0;
};

/// Why an execution failed. `category` and `type` are the numbers of Athena's error reference.
struct Problem {
    std::string message;  ///< "SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved"
    int category = 2;     ///< 1 system, 2 user, 3 other
    int type = 1006;
    bool is_retryable = false;
};

struct Execution {
    ExecutionId id;
    Home home;
    std::string sql;
    std::string database, catalog, work_group;
    StatementKind kind = StatementKind::dml;
    std::string substatement;     ///< "SELECT", "CREATE_TABLE"
    std::string output_location;  ///< the result object: "s3://bucket/prefix/<id>.csv"
    std::vector<std::string> parameters;
    State state = State::queued;
    std::optional<Problem> problem;
    Statistics statistics;
    Timestamp submitted;
    std::optional<Timestamp> completed;
};

/// An execution that ended, as metrics count it.
struct Finished {
    Home home;
    std::string work_group;
    StatementKind kind = StatementKind::dml;
    State state = State::succeeded;
    Statistics statistics;
};

/// Of one work group, since the server started.
struct Totals {
    Home home;
    std::string work_group;
    std::int64_t succeeded = 0, failed = 0, cancelled = 0, running = 0;
    std::int64_t total_ms = 0, scanned_bytes = 0;
};

/// One page of an answer. `next` is opaque and good for this execution only.
struct Page {
    std::vector<Column> columns;
    std::vector<Row> rows;  ///< a SELECT's first page begins with the column labels
    std::optional<std::string> next;
    std::int64_t update_count = 0;
};

/// A query whose rows are wanted now, without history and result object: console and dashboards.
struct AskRequest {
    Home home;
    std::string sql;
    std::string database = "default";
    std::int64_t rows_max = 10'000;  ///< further rows are not given; Answer::is_cut reports it
    std::string token = {};          ///< names the question for cancel_asked(); "" for none
};

struct Answer {
    std::vector<Column> columns;
    std::vector<Row> rows;
    bool is_cut = false;
    Statistics statistics;
};

struct WorkGroup {
    std::string name;
    std::string description;
    std::optional<std::string> output_location;
    bool is_enforced = false;
    Timestamp created;
};

struct Listing {
    std::vector<ExecutionId> ids;      ///< newest first
    std::optional<std::int64_t> next;  ///< where the next page begins
};

}  // namespace freshet::query
