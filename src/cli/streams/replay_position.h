// How far a replay has come: a file of lines, replaced as a whole, so that a run that was killed
// leaves a whole one.
//
//   freshet replay 1
//   source ARN
//   target ARN
//   from trim-horizon            (or a time)
//   shard shardId-000000000000 ended
//   shard shardId-000000000001 after 4959...
#pragma once
#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "cli/streams/moment.h"

namespace freshet::cli {

struct ReplayPosition {
    struct Shard {
        std::string after;      ///< all up to this sequence number is acknowledged
        bool is_ended = false;  ///< all of it is, and nothing more will come
    };
    std::string source, target;
    Moment from;
    std::map<std::string, Shard> shards;

    std::string text() const;
    static Result<ReplayPosition> parse(std::string_view text);
    /// Nothing when there is no such file. Errc::invalid for a file that is something else.
    static Result<std::optional<ReplayPosition>> read(const std::string& path);
    Result<> write(const std::string& path) const;
};

}  // namespace freshet::cli
