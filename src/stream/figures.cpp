// What went through streams and shards since the server started, as lines for Prometheus. A
// stream's own sums are always there; a shard's where enhanced monitoring is on for that metric.
#include <fmt/format.h>

#include "stream/sequence.h"
#include "stream/watch.h"

namespace freshet::stream {
namespace {

struct Metric {
    std::string_view aws, line;
    std::uint64_t ShardFigures::* value;
};

constexpr Metric metrics[] = {
    {"IncomingBytes", "incoming_bytes_total", &ShardFigures::bytes_in},
    {"IncomingRecords", "incoming_records_total", &ShardFigures::records_in},
    {"OutgoingBytes", "outgoing_bytes_total", &ShardFigures::bytes_out},
    {"OutgoingRecords", "outgoing_records_total", &ShardFigures::records_out},
    {"WriteProvisionedThroughputExceeded", "write_throttled_total",
     &ShardFigures::writes_throttled},
    {"ReadProvisionedThroughputExceeded", "read_throttled_total", &ShardFigures::reads_throttled},
    {"IteratorAgeMilliseconds", "iterator_age_milliseconds", &ShardFigures::iterator_age_ms},
};

}  // namespace

std::string Watch::figures() const {
    std::string out;
    for (const Metric& metric : metrics) {
        const bool is_gauge = metric.value == &ShardFigures::iterator_age_ms;
        const std::string family = fmt::format("freshet_stream_{}", metric.line);
        fmt::format_to(std::back_inserter(out),
                       "# HELP {} {} of each stream; of each shard with enhanced monitoring.\n"
                       "# TYPE {} {}\n",
                       family, metric.aws, family, is_gauge ? "gauge" : "counter");
        for (const auto& [key, live] : streams_.all()) {
            const std::string labels = fmt::format("account=\"{}\",region=\"{}\",stream=\"{}\"",
                                                   key.home.account, key.home.region, key.name);
            std::uint64_t sum = live->gone.*metric.value;
            const bool shows_shards = live->stream.shard_metrics.contains(std::string(metric.aws));
            for (const Shard& shard : live->stream.shards) {
                const std::uint64_t value = live->figures_of(shard.index).*metric.value;
                sum = is_gauge ? std::max(sum, value) : sum + value;
                if (shows_shards)
                    fmt::format_to(std::back_inserter(out), "{}{{{},shard=\"{}\"}} {}\n", family,
                                   labels, shard_name(shard.index), value);
            }
            fmt::format_to(std::back_inserter(out), "{}{{{}}} {}\n", family, labels, sum);
        }
    }
    return out;
}

}  // namespace freshet::stream
