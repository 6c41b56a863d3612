// What is set on a stream or an account: retention, encryption, monitoring, sizes, commitments.
#include <fmt/format.h>

#include <set>

#include "aws/services/kinesis/words.h"
#include "stream/limits.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

const std::set<std::string> all_metrics{"IncomingBytes",
                                        "IncomingRecords",
                                        "OutgoingBytes",
                                        "OutgoingRecords",
                                        "IteratorAgeMilliseconds",
                                        "ReadProvisionedThroughputExceeded",
                                        "WriteProvisionedThroughputExceeded"};

std::set<std::string> metrics_of(const std::vector<std::string>& names) {
    std::set<std::string> metrics(names.begin(), names.end());
    return metrics.contains("ALL") ? all_metrics : metrics;
}

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    template <class Op>
    io::Task<Answer<typename Op::Output>> set_retention(Caller caller, typename Op::Input input) {
        constexpr auto change = std::is_same_v<Op, IncreaseStreamRetentionPeriodOp>
                                    ? domain::RetentionChange::increase
                                    : domain::RetentionChange::decrease;
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto done = co_await streams_.retention().set(std::move(*key), input.retention_period_hours,
                                                      change);
        if (!done) co_return refuse(done.error());
        co_return typename Op::Output{};
    }

    io::Task<Answer<StartStreamEncryptionOp::Output>> start_encryption(
        Caller caller, StartStreamEncryptionInput input) {
        auto key = key_to_encrypt(caller, input);
        if (!key) co_return pass(key);
        auto done = co_await streams_.encryption().start(std::move(*key), std::move(input.key_id));
        if (!done) co_return refuse(done.error());
        co_return StartStreamEncryptionOp::Output{};
    }

    io::Task<Answer<StopStreamEncryptionOp::Output>> stop_encryption(
        Caller caller, StopStreamEncryptionInput input) {
        auto key = key_to_encrypt(caller, input);
        if (!key) co_return pass(key);
        auto done = co_await streams_.encryption().stop(std::move(*key));
        if (!done) co_return refuse(done.error());
        co_return StopStreamEncryptionOp::Output{};
    }

    template <class Op>
    io::Task<Answer<EnhancedMonitoringOutput>> set_monitoring(Caller caller,
                                                              typename Op::Input input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        std::set<std::string> add, remove;
        constexpr bool is_enabling = std::is_same_v<Op, EnableEnhancedMonitoringOp>;
        (is_enabling ? add : remove) = metrics_of(input.shard_level_metrics);
        auto done =
            co_await streams_.catalog().set_monitoring(*key, std::move(add), std::move(remove));
        if (!done) co_return refuse(done.error());
        EnhancedMonitoringOutput out;
        out.stream_name = key->name;
        out.stream_arn = arn_of(*key);
        out.current_shard_level_metrics.emplace(done->before.begin(), done->before.end());
        out.desired_shard_level_metrics.emplace(done->after.begin(), done->after.end());
        co_return out;
    }

    io::Task<Answer<UpdateMaxRecordSizeOp::Output>> update_record_size(
        Caller caller, UpdateMaxRecordSizeInput input) {
        auto key = key_of(caller, std::nullopt, input.stream_arn);
        if (!key) co_return pass(key);
        auto done = co_await streams_.catalog().set_record_size(std::move(*key),
                                                                input.max_record_size_in_ki_b);
        if (!done) co_return refuse(done.error());
        co_return UpdateMaxRecordSizeOp::Output{};
    }

    io::Task<Answer<UpdateStreamWarmThroughputOutput>> update_warm_throughput(
        Caller caller, UpdateStreamWarmThroughputInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto counts =
            co_await streams_.shards().set_warm_throughput(*key, input.warm_throughput_mi_bps);
        if (!counts) co_return refuse(counts.error());
        UpdateStreamWarmThroughputOutput out;
        out.stream_name = key->name;
        out.stream_arn = arn_of(*key);
        out.warm_throughput.emplace();
        out.warm_throughput->target_mi_bps = counts->target;
        out.warm_throughput->current_mi_bps = counts->before;
        co_return out;
    }

    io::Task<Answer<DescribeLimitsOutput>> describe_limits(Caller caller, DescribeLimitsInput) {
        const auto usage = streams_.accounts().usage(caller.home());
        DescribeLimitsOutput out;
        out.shard_limit = static_cast<std::int32_t>(streams_.accounts().shard_limit());
        out.open_shard_count = static_cast<std::int32_t>(usage.open_shards);
        out.on_demand_stream_count = static_cast<std::int32_t>(usage.on_demand_streams);
        out.on_demand_stream_count_limit = domain::limits::on_demand_streams_max;
        co_return out;
    }

    io::Task<Answer<DescribeAccountSettingsOutput>> describe_account(Caller caller,
                                                                     DescribeAccountSettingsInput) {
        DescribeAccountSettingsOutput out;
        out.minimum_throughput_billing_commitment =
            commitment_output(streams_.accounts().commitment(caller.home()));
        co_return out;
    }

    io::Task<Answer<UpdateAccountSettingsOutput>> update_account(Caller caller,
                                                                 UpdateAccountSettingsInput input) {
        const bool is_enabled = input.minimum_throughput_billing_commitment.status == "ENABLED";
        auto done = co_await streams_.accounts().set_commitment(caller.home(), is_enabled);
        if (!done) co_return refuse(done.error());
        UpdateAccountSettingsOutput out;
        out.minimum_throughput_billing_commitment = commitment_output(*done);
        co_return out;
    }

  private:
    /// The stream whose encryption a request starts or stops.
    template <class Request>
    static Answer<domain::StreamKey> key_to_encrypt(const Caller& caller, const Request& request) {
        auto key = key_of(caller, request);
        if (key && request.encryption_type != "KMS")
            return refuse("InvalidArgumentException",
                          fmt::format("EncryptionType {} is not valid: it must be KMS",
                                      request.encryption_type));
        return key;
    }

    MinimumThroughputBillingCommitmentOutput commitment_output(
        const domain::Commitment& commitment) const {
        using Status = domain::Commitment::Status;
        MinimumThroughputBillingCommitmentOutput out;
        const Status status = commitment.status(streams_.home().now());
        out.status = status == Status::enabled  ? "ENABLED"
                     : status == Status::ending ? "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
                                                : "DISABLED";
        out.started_at = commitment.started;
        if (status == Status::disabled)
            out.ended_at = commitment.ends;
        else
            out.earliest_allowed_end_at = *commitment.started + domain::limits::commitment_min;
        return out;
    }

    domain::Streams& streams_;
};

}  // namespace

void register_settings(Router& router, stream::Streams& streams) {
    auto handlers = std::make_shared<Handlers>(streams);
    on<IncreaseStreamRetentionPeriodOp>(router, streams.home(), handlers,
                                        &Handlers::set_retention<IncreaseStreamRetentionPeriodOp>);
    on<DecreaseStreamRetentionPeriodOp>(router, streams.home(), handlers,
                                        &Handlers::set_retention<DecreaseStreamRetentionPeriodOp>);
    on<StartStreamEncryptionOp>(router, streams.home(), handlers, &Handlers::start_encryption);
    on<StopStreamEncryptionOp>(router, streams.home(), handlers, &Handlers::stop_encryption);
    on<EnableEnhancedMonitoringOp>(router, streams.home(), handlers,
                                   &Handlers::set_monitoring<EnableEnhancedMonitoringOp>);
    on<DisableEnhancedMonitoringOp>(router, streams.home(), handlers,
                                    &Handlers::set_monitoring<DisableEnhancedMonitoringOp>);
    on<UpdateMaxRecordSizeOp>(router, streams.home(), handlers, &Handlers::update_record_size);
    on<UpdateStreamWarmThroughputOp>(router, streams.home(), handlers,
                                     &Handlers::update_warm_throughput);
    on<DescribeLimitsOp>(router, streams.home(), handlers, &Handlers::describe_limits);
    on<DescribeAccountSettingsOp>(router, streams.home(), handlers, &Handlers::describe_account);
    on<UpdateAccountSettingsOp>(router, streams.home(), handlers, &Handlers::update_account);
}

}  // namespace freshet::aws::kinesis_words
