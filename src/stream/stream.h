// The stream service: names, shards, puts and reads. Streams live on one home core; the log below is shared
// by all cores. Every verb that changes something completes after the change is durable.
#pragma once
#include <memory>

#include "io/core.h"
#include "log/log.h"
#include "meta/database.h"
#include "stream/errors.h"
#include "stream/types.h"

namespace freshet::stream {

/// One record as the log keeps it, taken apart.
struct LogRecord {
    std::string_view partition_key;
    Bytes data;
};
/// `payload` of a record of a shard's partition. Errc::corrupt when it is none.
Result<LogRecord> decode_record(const Bytes& payload);
Bytes encode_record(std::string_view partition_key, std::string_view data);

class Streams {
  public:
    Streams(io::Core& home, meta::Database& database, log::Log& log, io::Pool& pool)
        : home_(home), database_(database), log_(log), pool_(pool), stop_(home), loops_(home) {}
    /// Reads the tables; before the home core runs.
    Result<> load();
    void start();
    io::Task<void> stop();
    io::Core& home() { return home_; }
    log::Log& log() { return log_; }

    io::Task<Result<>> create(StreamKey key, NewStream wanted);
    io::Task<Result<>> remove(StreamKey key);
    /// Valid until the next suspension. Errc::not_found.
    Result<const Stream*> find(const StreamKey& key) const;
    const std::map<StreamKey, Stream>& all() const { return streams_; }
    /// Names of an account and region in order, behind `after`.
    std::vector<const Stream*> list(const std::string& account, const std::string& region, const std::string& after) const;
    io::Task<Result<>> set_retention(StreamKey key, int hours, bool increase);
    io::Task<Result<>> add_tags(StreamKey key, std::map<std::string, std::string> tags);
    io::Task<Result<>> remove_tags(StreamKey key, std::vector<std::string> names);

    /// All entries become durable in one commit; answers in the order of entries.
    io::Task<Result<std::vector<Placed>>> put(StreamKey key, std::vector<PutEntry> entries);

    struct Position {
        Start start = Start::latest;
        std::string sequence_number;
        Timestamp time;
    };
    io::Task<Result<std::string>> iterator(StreamKey key, std::uint32_t shard, Position position);
    io::Task<Result<ReadAnswer>> read(std::string iterator, std::size_t records_max);

    /// The sequence number that a shard begins with.
    std::string first_sequence_number(const Shard& shard) const;

  private:
    io::Task<void> keep_retention();
    io::Task<Result<>> trim_expired(std::int64_t stream_id);
    io::Task<Result<>> save(Stream changed);
    const Stream* find_id(std::int64_t id) const;

    io::Core& home_;
    meta::Database& database_;
    log::Log& log_;
    io::Pool& pool_;
    std::map<StreamKey, Stream> streams_;
    std::string iterator_key_;
    io::StopFlag stop_;
    io::Scope loops_;
};

}  // namespace freshet::stream
