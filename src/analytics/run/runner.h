// One running application: takes records in order of arrival over all shards, runs the SQL, and
// makes output rows and the position durable in one append. Home core: the service's. start(), then
// stop(), which joins and leaves a snapshot to go on from.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>

#include "analytics/limits.h"
#include "analytics/ports.h"
#include "analytics/run/commit.h"
#include "analytics/run/output_rows.h"
#include "analytics/run/snapshot_files.h"
#include "analytics/run/sources.h"
#include "base/retry.h"
#include "flow/engine.h"
#include "io/core.h"
#include "log/log.h"
#include "meta/database.h"

namespace freshet::analytics {

class Runner {
  public:
    struct Parts {
        io::Core& home;
        meta::Database& database;
        log::Log& log;
        io::Pool& pool;       ///< where engines compute
        io::Pool& snapshots;  ///< where their state is written, one after the other
        Siblings& siblings;
        io::Disk& disk;
        std::string snapshots_directory;  ///< a directory in it for each application

        SnapshotFiles files_of(const Application& application) const {
            return {disk, snapshots_directory + "/" + std::to_string(application.id)};
        }
    };
    /// `program` is that of `application`; `snapshot` is where it goes on.
    Runner(Parts parts, Application application, std::shared_ptr<const flow::Program> program,
           Snapshot snapshot);
    ~Runner();
    void start();
    /// Gives the last snapshot up when it is not done by `until`.
    io::Task<void> stop(std::chrono::steady_clock::time_point until);
    const Figures& figures() const { return figures_; }
    /// By partition of the input: what comes before has been taken.
    Positions positions() const { return sources_.positions(); }

  private:
    /// What the engine put out at one moment.
    struct Made {
        OutputRows rows;
        OutputRows::Part first;
        std::vector<Window> windows;
        std::uint64_t errors = 0;    ///< rows that failed
        std::uint64_t left_out = 0;  ///< of them, without a row in error_stream
    };

    io::Task<void> run();
    io::Task<void> back_off(const Error& error);
    /// Says what is wrong with the records of this chunk, or that nothing is any more.
    void advise(std::uint64_t aggregates, bool had_records);
    /// Into the server's log and into the log streams of CloudWatch that the application names.
    void tell(const char* code, const std::string& message);

    // replay.cpp: from the snapshot to the last commit
    io::Task<Result<>> open();
    io::Task<Result<>> load_state();
    io::Task<Result<>> replay();
    io::Task<void> replay_prepared(const Commit& commit);
    enum class Output { dropped, kept };
    io::Task<Result<>> replay_records(const Positions& until, Output output);
    io::Task<Result<>> replay_whole(const Commit& last);
    io::Task<Result<>> finish(Commit commit);

    /// One chunk; true when there was something to do.
    io::Task<Result<bool>> step();
    Result<Timestamp> look();
    // prepare.cpp: the records as the engine takes them, one for each of `taken`
    io::Task<Result<std::vector<Prepared>>> prepare(const std::vector<Taken>& taken);
    Result<std::vector<Prepared>> decode(const std::vector<Taken>& taken) const;
    io::Task<Result<std::vector<Prepared>>> ask_function(const std::vector<Taken>& taken);
    io::Task<void> call_function(const std::vector<Taken>* taken, std::size_t from, std::size_t to,
                                 Result<std::vector<Prepared>>* answer);
    /// From `first` on as many as the engine takes before its output should be taken, at least one;
    /// where it stopped.
    std::size_t feed(const std::vector<Prepared>& records, std::size_t first);
    void feed_one(const Prepared& one);
    Made take_output(const std::map<std::string, std::uint64_t>& rows_out);
    /// `commit` with the rows, in parts.
    io::Task<Result<>> write(Made made, Commit commit);
    io::Task<Result<>> append(const OutputRows::Part& part, const Commit& commit);
    io::Task<Result<>> save_snapshot();
    /// The one before stays where it fails; the log says why.
    io::Task<void> try_snapshot();

    bool has_function() const { return application_.inputs[0].processor.has_value(); }

    Parts parts_;
    Application application_;
    std::shared_ptr<const flow::Program> program_;
    Snapshot snapshot_;
    std::unique_ptr<flow::Engine> engine_;
    Timestamp bound_;           ///< time has been told to the engine up to here
    log::Ordinal commits_ = 0;  ///< the next one's number
    bool is_open_ = false, is_changed_ = false;
    SnapshotFiles files_;
    Timestamp snapshot_at_;
    Millis snapshot_rest_ = limits::snapshot_every;
    /// Of the steady clock; a pool thread that writes a snapshot looks at it.
    std::atomic<std::chrono::steady_clock::time_point> save_until_{
        std::chrono::steady_clock::time_point::max()};
    Retry retry_{limits::retry_first, limits::retry_max};
    Figures figures_;
    std::uint64_t aggregates_ = 0;  ///< KPL aggregates in the chunk that is being fed
    Sources sources_;
    log::Follower& follower_;  ///< of sources_
    io::Scope scope_;
};

std::string arn_of(const ApplicationKey& key);

}  // namespace freshet::analytics
