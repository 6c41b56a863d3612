// Encryption at rest: records that are put while a stream's encryption is on are sealed with its
// data key before they reach the log. Readers open each record with the key that the record names,
// so old ones stay readable (docs/formats/streams.md).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "meta/database.h"
#include "stream/live/live_streams.h"
#include "stream/records/key_ring.h"
#include "stream/records/record.h"

namespace freshet::stream {

/// Home core of the service, but for decode() and encode(). What it is made with must outlive it.
class Encryption {
  public:
    /// `key_file`: where the master keys are, or will be.
    Encryption(LiveStreams& streams, meta::Database& database, io::Pool& pool, io::Disk& disk,
               std::string key_file)
        : streams_(streams), database_(database), pool_(pool), keys_(disk, std::move(key_file)) {}
    /// Takes the data keys up, and wraps them with the newest master key; before the home core
    /// runs.
    Result<> load(const std::vector<WrappedKey>& wrapped);

    /// Of what is put after it completes; a new `key_id` makes a new data key.
    io::Task<Result<>> start(StreamKey key, std::string key_id);
    io::Task<Result<>> stop(StreamKey key);

    /// A record as it goes into the log: sealed when the stream is encrypted. Any thread that may
    /// read `stream`. Errc::key_unavailable.
    Result<Bytes> encode(const Stream& stream, std::string_view partition_key,
                         std::string_view data) const;
    /// A record of the log, opened. Any thread. Errc::key_unavailable, Errc::corrupt.
    Result<LogRecord> decode(const Bytes& payload) const;

  private:
    LiveStreams& streams_;
    meta::Database& database_;
    io::Pool& pool_;
    KeyRing keys_;
};

}  // namespace freshet::stream
