// One running application: takes records in order of arrival over all shards, runs the SQL, and
// makes output rows and the positions durable in one append. What it decides is in pure files -
// chunk.h (what a commit holds), replay_plan.h (what a replay skips), pace.h (when it saves and
// tries again); this is the loop that acts on it.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>

#include "analytics/ports.h"
#include "analytics/run/chunk.h"
#include "analytics/run/computation.h"
#include "analytics/run/pace.h"
#include "analytics/run/prepare.h"
#include "analytics/run/replay_plan.h"
#include "analytics/run/snapshot_files.h"
#include "analytics/run/sources.h"
#include "analytics/run/trouble.h"
#include "base/check.h"
#include "io/core.h"
#include "log/log.h"
#include "meta/database.h"

namespace freshet::analytics {

/// start() once, then stop() once, which joins; not to be destroyed in between. It has a home core
/// of its own, home(): all calls are made there. When stop() completes nothing of it runs, and a
/// snapshot to continue from is durable, or the one before it still counts.
class Runner {
  public:
    /// All of them must outlive the runner.
    struct Parts {
        io::Core& home;  ///< the service's, where the siblings are asked
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
    /// `program` is that of `application`; it begins at `snapshot`.
    Runner(io::Core& home, Parts parts, Application application,
           std::shared_ptr<const flow::Program> program, Snapshot snapshot);
    ~Runner();
    io::Core& home() const { return home_; }
    void start();
    /// Gives the last snapshot up when it is not done by `until`.
    io::Task<void> stop(std::chrono::steady_clock::time_point until);
    const Figures& figures() const {
        FRESHET_CHECK(io::Core::current() == &home_);
        return figures_;
    }
    /// By partition of the input: what comes before has been taken.
    Positions positions() const {
        FRESHET_CHECK(io::Core::current() == &home_);
        return sources_.positions();
    }

  private:
    io::Task<void> run();
    bool is_stopping() const { return follower_.is_stopping(); }

    // replay.cpp: from the snapshot to the last commit
    io::Task<Result<>> open();
    io::Task<Result<>> load_state();
    io::Task<Result<>> replay();
    io::Task<Result<>> carry_out(std::vector<ReplayStep> steps);
    io::Task<Result<>> replay(ReplayRecords step);
    io::Task<Result<>> replay(ReplayAnswers step);
    io::Task<Result<>> replay(FinishMoment step);
    enum class Output { dropped, kept };
    io::Task<Result<>> feed_until(const Positions& until, Output output);

    /// One chunk; whether there was something to do.
    io::Task<Result<Pace::Outcome>> step();
    io::Task<Result<>> compute(Chunk& chunk, std::vector<Prepared> records);
    /// The shards and how far each can be read; by one message to the siblings' core.
    io::Task<Result<std::vector<Seen>>> see_shards() const;
    Result<std::vector<Seen>> shards_now() const;
    io::Task<Result<Timestamp>> look();
    void count_input(const Chunk& chunk, std::size_t end);
    /// `commit` with the rows of the moment, in parts.
    io::Task<Result<>> write(Computation::Moment moment, Commit commit);
    io::Task<Result<>> append(const OutputRows::Part& part, const Commit& commit);
    /// One try of it; `commit` as bytes. Gives the commit's number.
    io::Task<Result<log::Ordinal>> append_once(const OutputRows::Part& part, Bytes commit);
    /// On the siblings' core.
    io::Task<Result<log::Ordinal>> append_with_rows(const OutputRows::Part& part, Bytes commit);
    void count_output(const Computation::Moment& moment);

    io::Task<Result<>> save_snapshot();
    /// The one before stays where it fails; the log says why.
    io::Task<void> try_snapshot();

    io::Core& home_;
    Parts parts_;
    Application application_;
    Snapshot snapshot_;
    SnapshotFiles files_;
    Figures figures_;
    Trouble trouble_;
    Sources sources_;
    log::Follower& follower_;  ///< of sources_
    Preparation preparation_;
    Computation computation_;
    Pace pace_;
    Timestamp reached_;         ///< time has been given to the engine up to here
    log::Ordinal commits_ = 0;  ///< the next one's number
    bool is_open_ = false;
    /// Of the steady clock; a pool thread that writes a snapshot looks at it.
    std::atomic<std::chrono::steady_clock::time_point> save_until_{
        std::chrono::steady_clock::time_point::max()};
    io::Scope scope_;
};

}  // namespace freshet::analytics
