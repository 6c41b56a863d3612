// What delivery needs of streams, of functions and of the log store (delivery/ports.h).
#pragma once
#include "delivery/ports.h"
#include "functions/functions.h"
#include "monitor/logs.h"
#include "stream/stream.h"

namespace freshet::app {

class DeliveryStreamSource final : public delivery::StreamSource {
  public:
    DeliveryStreamSource(stream::Streams& streams, monitor::Logs& logs)
        : streams_(streams), logs_(logs) {}
    Result<std::vector<log::PartitionId>> partitions(const delivery::SourceKey& stream) override;
    Result<> user_records(std::span<const log::Record> records, delivery::Unpacked& out) override;
    void write_failure(const delivery::DeliveryStream& stream, Timestamp time,
                       const Error& error) override;
    Result<std::vector<delivery::UserRecord>> keyed_records(const Bytes& payload) override;
    delivery::ShardPlace place_of(const delivery::KinesisSource& source,
                                  const delivery::RecordPlace& origin, Timestamp arrival) override;
    delivery::EventNames event_names(const delivery::DeliveryStream& stream) override;
    void write_problem(const delivery::DeliveryStream& stream, Timestamp time,
                       const delivery::StageProblem& problem) override;

  private:
    Result<const stream::Stream*> find(const delivery::SourceKey& stream);
    stream::Streams& streams_;
    monitor::Logs& logs_;
};

class DeliveryFunctions final : public delivery::Functions {
  public:
    explicit DeliveryFunctions(functions::Functions& functions) : functions_(functions) {}
    io::Task<delivery::Called> call(std::string function_arn, Bytes event) override;

  private:
    functions::Functions& functions_;
};

}  // namespace freshet::app
