// Runs statements: takes a worker from the few there are, or waits for one; kills the worker of a
// query that is cancelled. Beside the places for any query there is one for queries that end soon:
// a long one that was let in there is ended after a while and waits for another place. Home core
// only; statements are read on a pool.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "io/core.h"
#include "query/ddl/statements.h"
#include "query/planner.h"
#include "query/query.h"
#include "query/result_file.h"
#include "query/worker.h"

namespace freshet::query {

/// What a statement gave. The rows of an execution are in a file.
struct RunOutput {
    std::vector<Column> columns;
    std::vector<Row> rows;             ///< of ask()
    std::shared_ptr<ResultFile> file;  ///< of an execution: the result object
    std::vector<std::string> lines;
    std::int64_t scanned_bytes = 0;
    std::int64_t planning_ms = 0, engine_ms = 0, queue_ms = 0;
    bool is_cut = false;
};

/// One statement under way; cancel() may come at any time, on the home core.
struct RunControl {
    Worker* worker = nullptr;             ///< while it runs the plan
    std::atomic<bool> cancelled = false;  ///< also read by the thread that analyses
    bool is_running = false;
    Cancel work;  ///< of a statement on the catalog
    void cancel() {
        cancelled = true;
        if (worker) worker->kill();
        work.request();
    }
};

/// Life: the verbs may run side by side until stop(); after it they answer that they are cancelled.
/// The destructor ends idle workers; join all verbs before it. The ports outlive this. Home core
/// only.
class Runs {
  public:
    Runs(io::Core& home, CatalogPort& catalog, ObjectsPort& objects, const Options& options);
    /// Reads a statement's text.
    io::Task<sql::trino::SyntaxResult<sql::trino::Statement>> parse(std::string text);
    /// Completes when all rows are in `file`, or in the output when there is none. The worker is
    /// back in its place by then, or dead.
    io::Task<Outcome<RunOutput>> select(Home home, const sql::trino::Query& query,
                                        sql::trino::Context context,
                                        std::shared_ptr<RunControl> control,
                                        std::shared_ptr<ResultFile> file);
    /// The bytes of a result file, for the object store.
    std::shared_ptr<io::BodyReader> body_of(std::shared_ptr<ResultFile> file,
                                            std::shared_ptr<RunControl> control);
    io::Task<Outcome<RunOutput>> statement(Home home, const sql::trino::Statement& statement,
                                           sql::trino::Context context,
                                           std::shared_ptr<RunControl> control);
    /// Waiting statements look again whether they are cancelled.
    void wake() { freed_.notify(); }
    void stop();

  private:
    /// A worker in one of the places for any query, or in one for small queries.
    struct Place {
        std::unique_ptr<Worker> worker;
        bool is_small = false;
    };
    io::Task<Outcome<Place>> take_place(std::shared_ptr<RunControl> control, bool may_be_small);
    void give_back(Place place);
    io::Core& home_;
    ObjectsPort& objects_;
    Options options_;
    std::vector<std::unique_ptr<Worker>> idle_[2];  ///< of small places, and of the others
    std::size_t busy_[2] = {0, 0};
    bool is_stopping_ = false;
    io::Signal freed_;
    io::Pool analyses_;  ///< where statements are read
    io::Pool pool_;      ///< one thread a worker: they wait for its answers
    io::Pool files_;     ///< where result files are read
    Planner planner_;
    Statements statements_;
};

}  // namespace freshet::query
