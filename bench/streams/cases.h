// The options of a run, and the cases that have a file of their own.
#pragma once
#include <cstdlib>
#include <map>
#include <string>

#include "connections.h"

namespace bench {

struct Options {
    std::map<std::string, std::string> values;
    std::string text(const std::string& name) const {
        const auto found = values.find(name);
        if (found == values.end()) die("missing --" + name);
        return found->second;
    }
    std::size_t number(const std::string& name) const {
        return static_cast<std::size_t>(std::atoll(text(name).c_str()));
    }
};

/// Puts 512 KB requests at a steady rate while consumers of enhanced fan-out read: how fast the
/// puts went, how long each took, what the consumers got, and the time from a put's answer to its
/// event.
///   --stream --mb-s --connections --seconds --format json|cbor --consumers ARN,ARN,... (may be
///   empty) --shard ID
void fan_out(const Options& options);

/// Fills the log of a stopped server with old data, without writing it: each partition gets a
/// segment of `frames` frames, one record of zeros each, whose pages are holes in the file; the
/// checkpoint says that they are there.
///   --directory DATA/log --partitions ID,ID,... --frames --record-bytes --from-ms (arrival of the
///   first) --step-ms
void retain(const Options& options);

}  // namespace bench
