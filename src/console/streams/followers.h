// Who reads a stream, and how far each has read its shards: consumers of enhanced fan-out, delivery
// streams, applications, and whoever asks by GetRecords.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "console/parts.h"

namespace freshet::console {

/// A reader's place in one shard.
struct ReaderPlace {
    std::uint32_t shard = 0;
    log::Ordinal next = 0;                    ///< what it has not read begins here
    std::string state;                        ///< "ACTIVE": reads now; "IDLE": did
    std::optional<Timestamp> since = {};      ///< of its subscription, or of its last read
    std::optional<Millis> answered_age = {};  ///< the iterator age in its last GetRecords answer
    stream::Lag lag = {};                     ///< filled in by measure()
};

struct Follower {
    std::string kind;  ///< fan-out, delivery, application, shared
    std::string name, state;
    std::string trouble = {};
    std::uint64_t waiting_bytes = 0;            ///< in a delivery stream's buffer
    std::optional<Millis> oldest_waiting = {};  ///< the age of the oldest record there
    std::vector<ReaderPlace> places = {};       ///< in order of shards
};

/// Home core. By kind, then by name.
std::vector<Follower> followers_of(const Parts& parts, const stream::Stream& stream);

/// Fills in how far each lags. `stream` is a copy: it may change meanwhile.
io::Task<void> measure(stream::Streams& streams, const stream::Stream& stream,
                       std::vector<Follower>& followers);

}  // namespace freshet::console
