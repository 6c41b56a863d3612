#include "analytics/run/computation.h"

#include "analytics/limits.h"
#include "analytics/run/trouble.h"
#include "analytics/run/windows.h"
#include "base/check.h"
#include "base/log.h"
#include "record/kpl.h"

namespace freshet::analytics {

void Computation::begin() {
    engine_ = std::make_unique<flow::Engine>(program_, application_.started);
    std::vector<std::string> watched{std::string(flow::error_stream)};
    for (const flow::StreamInfo& stream : program_->streams()) watched.push_back(stream.name);
    engine_->watch(std::move(watched));
}

Result<> Computation::load(const std::string& state, const std::atomic<bool>& is_stopping) {
    begin();
    if (state.empty()) return {};
    auto loaded = engine_->load(state, &is_stopping);
    if (loaded) return {};
    if (is_stopping)
        return fail(freshet::Errc::cancelled,
                    "the server ends; the next one goes on from the snapshot");
    // Changed code begins with empty windows at the position that was reached.
    log_warn("analytics", "state begins anew",
             {{"application", application_.key.name}, {"reason", loaded.error().message()}});
    begin();
    return {};
}

std::size_t Computation::feed(const std::vector<Prepared>& records, std::size_t first) {
    FRESHET_CHECK(first < records.size());
    std::size_t bytes = 0, at = first;
    do {
        feed_one(records[at]);
        bytes += records[at].data.size();
        ++at;
    } while (at < records.size() && !engine_->is_full() && bytes < limits::prepared_bytes_max);
    return at;
}

void Computation::feed_all(const std::vector<Prepared>& records) {
    for (const Prepared& one : records) feed_one(one);
}

void Computation::feed_one(const Prepared& one) {
    if (one.verdict == Verdict::dropped) return;
    const Input& input = application_.inputs[0];
    const std::size_t stream = one.shard % static_cast<std::size_t>(input.parallelism);
    const Shard* shard = sources_.find(one.shard);
    const flow::SourceRecord record{one.data, one.arrival, shard ? shard->id : std::string_view(),
                                    one.partition_key, one.sequence_number};
    if (one.verdict == Verdict::failed)
        return engine_->fail_record(stream, record, "the function answered ProcessingFailed");
    // Lines of an aggregate would be rows by accident, with bytes of the format between them.
    if (!record::is_aggregate(one.data.view())) return engine_->feed(stream, record);
    ++aggregates_;
    engine_->fail_record(stream, record,
                         input.processor ? advice_of_function : advice_without_function);
}

Computation::Moment Computation::take(const std::map<std::string, std::uint64_t>& rows_out) {
    std::vector<flow::Emitted> emitted = engine_->take();
    std::uint64_t errors = 0, left_out = 0;
    for (const flow::Emitted& one : emitted) {
        if (one.stream != flow::error_stream) continue;
        // The row that reports what was left out is not one that failed.
        errors += one.rows.rows() + one.left_out - (one.left_out > 0);
        left_out += one.left_out;
    }
    auto windows = windows_of(emitted);
    OutputRows rows(application_.outputs, std::move(emitted));
    rows.skip(rows_out);
    auto first = rows.next();
    return {std::move(rows), std::move(first), std::move(windows), errors, left_out};
}

}  // namespace freshet::analytics
