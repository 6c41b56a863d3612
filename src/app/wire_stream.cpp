#include "app/wire_stream.h"

#include "aws/services/kinesis/kinesis.h"
#include "io/faults/failpoint.h"
#include "stream/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredStream::migrations() {
    auto all = log::migrations();
    for (const auto& migration : stream::store::migrations()) all.push_back(migration);
    return all;
}

namespace {

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

}  // namespace

Result<std::unique_ptr<WiredStream>> WiredStream::make(Context& context) {
    auto wired = std::make_unique<WiredStream>();
    auto opened = log::Log::open(context.disk, context.data_dir + "/log", context.clock,
                                 context.database, log_limits(),
                                 {context.directory.has_run(), context.directory.is_log_newer()});
    if (!opened) return pass(opened);
    wired->log_ = std::move(*opened);
    wired->streams_ = std::make_unique<stream::Streams>(
        context.cores.main(), context.database, *wired->log_, context.pool, context.disk,
        context.data_dir + "/keys/streams.keys", context.config.streams);
    if (auto loaded = wired->streams_->load(); !loaded) return pass(loaded);
    aws::register_kinesis(context.router, *wired->streams_, context.config.demands_signatures);
    return wired;
}

io::Task<std::string> WiredStream::figures() { co_return streams_->figures(); }
void WiredStream::start() { streams_->start(); }
io::Task<void> WiredStream::stop() { co_await streams_->stop(); }

}  // namespace freshet::app
