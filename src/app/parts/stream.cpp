// The log, the stream service and Kinesis.
#include "stream/stream.h"

#include "app/claims.h"
#include "app/part.h"
#include "app/parts/list.h"
#include "aws/services/kinesis/kinesis.h"
#include "io/faults/failpoint.h"
#include "log/log.h"
#include "stream/store.h"

namespace freshet::app {
namespace {

std::vector<meta::Migration> migrations() {
    auto all = log::migrations();
    for (const auto& migration : stream::store::migrations()) all.push_back(migration);
    return all;
}

/// The log's own, unless a test of crashes made them small.
log::Limits log_limits() {
    using io::failpoints::number;
    log::Limits limits;
    limits.journal_segment_bytes =
        number("log.journal_segment_bytes", limits.journal_segment_bytes);
    limits.segment_bytes = number("log.segment_bytes", limits.segment_bytes);
    limits.cache_bytes_max = number("log.cache_bytes_max", limits.cache_bytes_max);
    return limits;
}

class StreamPart final : public Part {
  public:
    StreamPart(const Foundation& foundation, Services&) : Part(foundation.cores.main()) {}
    /// Recovers the log, reads the tables, and holds what every part took against the log before
    /// another part opens.
    Result<> open(const Foundation& foundation, Services& services) {
        const std::string& data_dir = foundation.config.data_dir;
        auto opened = log::Log::open(
            foundation.disk, data_dir + "/log", foundation.clock, foundation.database, log_limits(),
            {foundation.directory.has_run(), foundation.directory.is_log_newer()});
        if (!opened) return pass(opened);
        log_ = std::move(*opened);
        streams_ = std::make_unique<stream::Streams>(
            home(), foundation.database, *log_, foundation.pool, foundation.disk,
            data_dir + "/keys/streams.keys", foundation.config.streams);
        if (auto loaded = streams_->load(); !loaded) return loaded;
        auto checked = check_claims(part_kinds(), foundation.database, *log_);
        if (!checked) return checked;
        aws::register_kinesis(foundation.router, *streams_, foundation.config.demands_signatures);
        services.add(*streams_);
        return {};
    }
    void start(const std::string&) override { streams_->start(); }
    io::Task<void> stop() override { return streams_->stop(); }
    io::Task<std::string> figures() override { co_return streams_->watch().figures(); }

  private:
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<stream::Streams> streams_;
};

}  // namespace

PartKind stream_part() {
    // The streams' last figures are handed over when the metrics stop, so streams stop first.
    return {.name = "stream",
            .migrations = migrations,
            .make = make_part<StreamPart>,
            .claims = stream::store::claims,
            .stops_before = "stream metrics"};
}

}  // namespace freshet::app
