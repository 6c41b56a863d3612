// The query service (Athena): starts statements, keeps their history, gives their results. SELECTs
// run in worker processes (freshet-query); statements on the catalog run here. Home core: the one
// given to the constructor; every verb is called there.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/core.h"
#include "meta/database.h"
#include "query/errors.h"
#include "query/ports.h"
#include "query/types.h"

namespace freshet::query {

struct Options {
    std::string worker_path;                    ///< the executable freshet-query
    std::string spill_directory;                ///< where workers put what does not fit into memory
    std::optional<std::string> default_output;  ///< of work group "primary": "s3://bucket/prefix/"
};

/// Life: open() once, before the first verb; stop() before the destructor, with no verb under way.
/// `home`, `database` and the ports outlive this. Each verb runs on the home core; they may
/// overlap.
class Query {
  public:
    Query(io::Core& home, meta::Database& database, CatalogPort& catalog, ObjectsPort& objects,
          Options options);
    ~Query();
    io::Core& home();

    /// Executions that a previous process left unfinished become failed. Before the first verb.
    Result<> open();
    /// Cancels what runs and ends the workers.
    io::Task<void> stop();

    /// Durable when it answers. Errc::syntax, invalid_request.
    io::Task<Result<ExecutionId>> start(StartRequest request);
    /// Waits a moment for an execution that is about to end. Errc::not_found.
    io::Task<Result<Execution>> get(Home home, ExecutionId id);
    /// Waits until it has ended, however long that is, whatever the clock. Errc::not_found.
    io::Task<Result<Execution>> ended(Home home, ExecutionId id);
    /// Without waiting; the unknown ones are missing in the answer.
    io::Task<Result<std::vector<Execution>>> get_many(Home home, std::vector<ExecutionId> ids);
    /// `next`: of the page before, 0 is the newest.
    io::Task<Result<Listing>> list(Home home, std::string work_group, int count_max,
                                   std::int64_t next);
    /// Ends it soon; nothing for one that has ended. Errc::not_found.
    io::Task<Result<>> cancel(Home home, ExecutionId id);
    /// Up to `rows_max` rows (the label row counts). Errc::not_found, not_ready, invalid_request.
    io::Task<Result<Page>> results(Home home, ExecutionId id, int rows_max,
                                   std::optional<std::string> next);

    /// Runs a SELECT and gives its rows: no history, no result object. Errc::syntax, failed.
    io::Task<Result<Answer>> ask(AskRequest request);
    /// Ends what was asked under `token` soon; a cancel may overtake its statement on another
    /// connection.
    void cancel_asked(const Home& home, const std::string& token);

    /// Executions that ended since the last time; the oldest go beyond limits::finished_max.
    io::Task<std::vector<Finished>> take_finished();
    /// By work group.
    io::Task<std::vector<Totals>> totals();

    io::Task<Result<WorkGroup>> work_group(Home home, std::string name);
    io::Task<Result<std::vector<WorkGroup>>> work_groups(Home home);

    io::Task<Result<std::vector<CatalogDatabase>>> databases(Home home);
    io::Task<Result<CatalogDatabase>> database(Home home, std::string name);
    /// `pattern`: a regular expression over names, or nothing.
    io::Task<Result<std::vector<CatalogTable>>> tables(Home home, std::string database,
                                                       std::optional<std::string> pattern);
    io::Task<Result<CatalogTable>> table(Home home, std::string database, std::string name);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::query
