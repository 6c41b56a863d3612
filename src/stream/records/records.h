// Records in and out: puts, shard iterators, reads. A put becomes durable in put.cpp; README.md
// follows one on its way.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "log/log.h"
#include "stream/live/live_streams.h"
#include "stream/records/encryption.h"

namespace freshet::stream {

/// Home core of the service only. What it is made with, and `token_key`, must outlive it.
class Records {
  public:
    Records(LiveStreams& streams, const Encryption& encryption, log::Log& log, io::Pool& pool,
            const std::string& token_key)
        : streams_(streams),
          encryption_(encryption),
          log_(log),
          pool_(pool),
          token_key_(token_key) {}

    /// Completes after all entries are durable, in one commit; a refused put leaves nothing.
    /// Answers in the order of the entries. Waits while a cut is under way.
    io::Task<Result<std::vector<Placed>>> put(StreamKey key, std::vector<PutEntry> entries,
                                              PutCall call = PutCall::records);
    /// Counts what a sibling puts into a shard by an append of its own.
    void count_in(const Stream& stream, std::uint32_t shard, std::size_t records,
                  std::size_t bytes);

    /// Where reading begins; LATEST is the place at the time of this call.
    io::Task<Result<std::string>> iterator(StreamKey key, std::uint32_t shard, Position position);
    /// `of`: the stream that the iterator must be of; Errc::invalid_argument when it is another's.
    io::Task<Result<ReadAnswer>> read(std::string iterator, std::size_t records_max,
                                      std::optional<StreamKey> of = {});

    // For FanOut and Watch.
    /// Where a position lies.
    struct Located {
        std::int64_t stream_id = 0;
        Shard shard;
        log::Ordinal ordinal = 0;
    };
    io::Task<Result<Located>> locate(StreamKey key, std::uint32_t shard, Position position);
    /// Records of a shard from an ordinal on, and how far the reading got: `next` never lies before
    /// the ordinal, and is the shard's end when all was read.
    struct Read {
        std::vector<StoredRecord> records;
        log::Ordinal next = 0;
        Millis behind{};
    };
    io::Task<Result<Read>> read_from(Shard shard, log::Ordinal from, std::size_t records_max,
                                     std::size_t bytes_max);

  private:
    void measure_read(Live& live, std::uint32_t shard, const Read& read, Timestamp began) const;

    LiveStreams& streams_;
    const Encryption& encryption_;
    log::Log& log_;
    io::Pool& pool_;
    const std::string& token_key_;
};

}  // namespace freshet::stream
