// The streams that the server holds, by key, and what each of them may do now: the one thing that
// all parts of the service share. Home core of the service only.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/core.h"
#include "meta/database.h"
#include "stream/errors.h"
#include "stream/live/live.h"
#include "stream/options.h"
#include "stream/types.h"

namespace freshet::stream {

/// The background work of the parts: each spawns its loops here; a loop sleeps by `stop` and ends
/// when it is requested. Streams joins them, so they outlive no part.
struct Loops {
    explicit Loops(io::Core& home) : stop(home), scope(home) {}
    io::StopFlag stop;
    io::Scope scope;
};

/// add() is for Streams::load(), before the home core runs, and for Catalog::create(). A Live that
/// find() gave stays valid as long as it is held, also when its stream is deleted meanwhile; its
/// `stream` may change at each suspension of a caller that holds no Turn.
class LiveStreams {
  public:
    LiveStreams(io::Core& home, meta::Database& database, Options options)
        : home_(home), database_(database), options_(options) {}

    io::Core& home() const { return home_; }
    Timestamp now() const { return home_.now(); }
    const Options& options() const { return options_; }

    using ByKey = std::map<StreamKey, std::shared_ptr<Live>>;
    const ByKey& all() const { return streams_; }
    /// nullptr when there is none.
    std::shared_ptr<Live> find(const StreamKey& key) const;
    std::shared_ptr<Live> find_id(std::int64_t id) const;
    /// A stream that the tables have.
    void add(Stream stream);
    /// A stream that the tables have no more; the caller holds its Turn.
    void forget(Live& live);

    /// Waits until no one else changes the stream. Errc::not_found.
    io::Task<Result<Turn>> turn(StreamKey key);
    /// The same, of a stream that is ACTIVE. Errc::in_use.
    io::Task<Result<Turn>> change(StreamKey key);
    /// Writes `changed`, a copy of the stream with other settings but the same shards. The caller
    /// holds the Turn; readers see the change when it is durable.
    io::Task<Result<>> save(Live& live, Stream changed);
    /// Notes one more change of a kind that AWS allows `a_day` times a day. Errc::limit.
    Result<> take_change(Live& live, std::vector<Timestamp> Live::* changes,
                         std::size_t a_day) const;

    Status status(const Stream& stream) const;
    /// Readable and writable: neither CREATING nor DELETING. Errc::not_found, as AWS answers then.
    Result<> check_usable(const Stream& stream) const;
    /// Shows UPDATING from now on, for as long as the options say.
    void show_updating(Live& live) const { live.updated = now() + options_.updating; }

    /// What was measured since the last time, also of streams that are gone.
    std::vector<Measured> take_measured();

  private:
    io::Core& home_;
    meta::Database& database_;
    const Options options_;
    ByKey streams_;
    std::vector<Measured> measured_;  ///< of streams that are gone
};

/// Errc::not_found, in AWS's words.
Failure no_such_stream(const StreamKey& key);

}  // namespace freshet::stream
