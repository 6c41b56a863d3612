// Reads one shard in order, from a moment or after a record: waits out throttling, and continues
// after the last record when an iterator has expired.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/lineage.h"
#include "cli/streams/moment.h"
#include "cli/streams/stream_calls.h"

namespace freshet::cli {

struct ShardPage {
    std::vector<aws::kinesis::Record> records;
    Millis behind{};        ///< 0: nothing more was there
    bool is_ended = false;  ///< of a closed shard: nothing more will come
    std::vector<aws::kinesis::ChildShard> children;
};

/// One core, one next() at a time; not after a page with `is_ended`. Each page follows the last one
/// without a gap or a repetition, also after an error. An empty page with `behind` 0 says that
/// nothing more is there now.
class ShardReader {
  public:
    struct Place {
        std::string stream, shard;
        Moment from;
        std::string after = "";  ///< a sequence number; goes before `from`
        std::optional<std::int32_t> records_max = std::nullopt;  ///< of a page
    };
    /// `is_patient`: makes calls again, too, when the connection failed.
    ShardReader(io::Core& core, Place place, bool is_patient)
        : core_(core), place_(std::move(place)), is_patient_(is_patient) {}

    const std::string& shard() const { return place_.shard; }
    /// `client` may be another one each time.
    io::Task<aws::Answer<ShardPage>> next(aws::Client& client);

  private:
    io::Task<aws::Answer<void>> open(aws::Client& client);
    io::Core& core_;
    Place place_;
    bool is_patient_;
    std::optional<std::string> iterator_;
};

/// What there is to read of a stream: the `chosen` shards, or all. From the latest, those that are
/// open; else all that are kept, each after its parents.
io::Task<aws::Answer<Lineage>> lineage_of(io::Core& core, aws::Client& client, std::string stream,
                                          Moment from, std::vector<std::string> chosen);

}  // namespace freshet::cli
