// Runs statements: takes a worker from the few there are, or waits for one; kills the worker of a query that
// is cancelled. Home core only.
#pragma once
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "io/core.h"
#include "query/planner.h"
#include "query/query.h"
#include "query/statements.h"
#include "query/worker.h"

namespace freshet::query {

/// What a statement gave, complete in memory.
struct RunOutput {
    std::vector<Column> columns;
    std::vector<Row> rows;        ///< of ask()
    std::vector<std::string> csv; ///< of an execution: pieces of the result object
    std::vector<std::string> lines;
    std::int64_t scanned_bytes = 0;
    std::int64_t planning_ms = 0, engine_ms = 0, queue_ms = 0;
    bool cut = false;
};

/// One statement under way; cancel() may come at any time.
struct RunControl {
    Worker* worker = nullptr;
    bool cancelled = false;
    bool running = false;
    void cancel() {
        cancelled = true;
        if (worker) worker->kill();
    }
};

class Runs {
  public:
    Runs(io::Core& home, CatalogPort& catalog, ObjectsPort& objects, const Options& options);
    /// `as_csv`: rows become the pieces of a result object, else Rows.
    io::Task<Outcome<RunOutput>> select(Home home, const sql::trino::Query& query, sql::trino::Context context, std::shared_ptr<RunControl> control, bool as_csv);
    io::Task<Outcome<RunOutput>> statement(Home home, const sql::trino::Statement& statement, sql::trino::Context context);
    /// Waiting statements look again whether they are cancelled.
    void wake() { freed_.notify(); }
    void stop();

  private:
    io::Task<Outcome<std::unique_ptr<Worker>>> take_worker(std::shared_ptr<RunControl> control);
    void give_back(std::unique_ptr<Worker> worker);
    io::Core& home_;
    Options options_;
    Planner planner_;
    Statements statements_;
    std::vector<std::unique_ptr<Worker>> idle_;
    std::size_t busy_ = 0;
    bool stopping_ = false;
    io::Signal freed_;
    io::Pool pool_;  ///< one thread a worker: they wait for its answers
};

}  // namespace freshet::query
