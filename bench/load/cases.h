// The options of a run, and the cases that have a file of their own.
#pragma once
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

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

/// What a steady load reached.
struct Load {
    double seconds = 0;
    std::size_t answered = 0;
    std::vector<double> latencies;  ///< in seconds, sorted
    double rate() const { return static_cast<double>(answered) / seconds; }
    double percentile(double part) const;
};

/// Asks `next` for each connection's request until `seconds` are over, after `warm_up` seconds that
/// do not count; `done` sees each answer.
Load keep_busy(Connections& connections, double warm_up, double seconds,
               const Connections::Next& next, const Connections::Done& done);

/// Seconds for one append + fdatasync of `size` bytes to a file of its own, over about `seconds`.
double raw_append_seconds(const std::string& path, std::size_t size, double seconds);

/// PUT of objects PREFIX/0, PREFIX/1, ... of the same random bytes, as an SDK sends them: with the
/// SHA-256 of the payload and a CRC-32. Ends after `seconds`, or after `count` objects.
///   --bucket --prefix --size --connections --seconds (0: no bound) --count (0: no bound)
void put_objects(const Options& options);
/// GET of the objects PREFIX/0 to PREFIX/(count - 1), whole, in a random order.
///   --bucket --prefix --count --size --connections --seconds
void get_objects(const Options& options);

/// Puts the lines of a file, a record each, in PutRecords of 500.
///   --stream --file --connections
void put_rows(const Options& options);

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
