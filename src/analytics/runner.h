// One running application: takes records in order of arrival over all shards, runs the SQL, and
// makes output rows and the position durable in one append. Home core: the service's. start(), then
// stop(), which joins and leaves a snapshot to go on from.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>

#include "analytics/commit.h"
#include "analytics/limits.h"
#include "analytics/ports.h"
#include "analytics/snapshot_files.h"
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
        io::Pool& pool;
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
    std::map<std::uint64_t, log::Ordinal> positions() const;

  private:
    struct Bell {
        explicit Bell(io::Core& home) : signal(home) {}
        void ring() {
            rung = true;
            signal.notify();
        }
        io::Signal signal;
        bool rung = false;
    };
    /// One shard and what was read of it ahead.
    struct Source {
        Shard shard;
        log::Ordinal next = 0;  ///< taken before this
        log::Ordinal end = 0;   ///< of what is readable in this step
        std::deque<log::Record> ahead;
        std::uint64_t listener = 0;
    };
    /// A record of the chunk, and where it came from.
    struct Taken {
        std::uint32_t shard = 0;  ///< place in sources_, until the next follow_shards()
        log::Record record;
    };
    struct Made {
        std::vector<flow::Emitted> emitted;
        std::vector<std::vector<Bytes>> rows;  ///< by output
        std::uint64_t errors = 0;              ///< rows that failed
        std::uint64_t left_out = 0;            ///< of them, without a row in error_stream
        std::uint64_t cut = 0;                 ///< output rows over limits::output_bytes_max
    };

    io::Task<void> run();
    io::Task<Result<>> open();
    void add_source(const Shard& shard, log::Ordinal next);
    Result<> follow_shards();
    /// The chunks since the snapshot once more, their outputs thrown away.
    io::Task<Result<>> replay();
    io::Task<Result<>> replay_records(Commit last);
    /// One chunk; true when there was something to do.
    io::Task<Result<bool>> step();
    io::Task<Result<>> read_ahead(Source& source);
    /// The next records before `bound` in order of arrival; `is_all`: there are no more of them.
    io::Task<Result<std::vector<Taken>>> take(Timestamp bound, bool& is_all);
    io::Task<Result<std::vector<Prepared>>> prepare(std::vector<Taken> taken);
    io::Task<void> call_function(std::vector<Taken>* taken, std::size_t from, std::size_t to,
                                 Result<std::vector<Prepared>>* answer);
    /// As many of them as the engine takes before its output should be taken; at least one.
    Result<std::size_t> feed(const std::vector<Taken>& taken);
    /// Those from `first` on come again.
    void put_back(std::vector<Taken> taken, std::size_t first);
    void feed(const std::vector<Prepared>& prepared);
    void feed_one(std::size_t input, const flow::SourceRecord& record);
    Made make_rows();
    io::Task<Result<>> commit(Made made, std::vector<Prepared> prepared, Timestamp bound);
    io::Task<Result<>> save_snapshot();
    io::Task<Result<>> load_state();
    io::Task<bool> back_off(const Error& error);
    /// Says what is wrong with the records of this chunk, or that nothing is any more.
    void advise(std::uint64_t aggregates, bool had_records);
    /// Into the server's log and into the log streams of CloudWatch that the application names.
    void tell(const char* code, const std::string& message);
    void remember(const std::vector<flow::Emitted>& emitted);
    std::size_t input_of(std::uint32_t shard) const {
        return shard % static_cast<std::size_t>(application_.inputs[0].parallelism);
    }

    Parts parts_;
    Application application_;
    std::shared_ptr<const flow::Program> program_;
    Snapshot snapshot_;
    std::unique_ptr<flow::Engine> engine_;
    std::vector<Source> sources_;
    Timestamp bound_;           ///< time has been told to the engine up to here
    log::Ordinal commits_ = 0;  ///< the next one's number
    bool is_open_ = false, is_changed_ = false, stopping_ = false;
    SnapshotFiles files_;
    Timestamp snapshot_at_;
    Millis snapshot_rest_ = limits::snapshot_every;
    /// Of the steady clock; a pool thread that writes a snapshot looks at it.
    std::atomic<std::chrono::steady_clock::time_point> save_until_{
        std::chrono::steady_clock::time_point::max()};
    Millis retry_after_;
    Figures figures_;
    std::uint64_t aggregates_ = 0;   ///< KPL aggregates in the chunk that is being fed
    std::size_t windows_bytes_ = 0;  ///< of figures_.windows
    std::shared_ptr<Bell> bell_;
    io::Scope scope_;
};

std::string arn_of(const ApplicationKey& key);

}  // namespace freshet::analytics
