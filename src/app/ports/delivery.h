// What delivery needs of streams and of the log store (delivery/ports.h).
#pragma once
#include "delivery/ports.h"
#include "monitor/logs.h"
#include "stream/stream.h"

namespace freshet::app {

class DeliveryStreamSource final : public delivery::StreamSource {
  public:
    DeliveryStreamSource(stream::Streams& streams, monitor::Logs& logs)
        : streams_(streams), logs_(logs) {}
    Result<std::vector<log::PartitionId>> partitions(const delivery::SourceKey& stream) override;
    Result<> user_records(const Bytes& payload, std::vector<Bytes>& out) override;
    void write_failure(const delivery::DeliveryStream& stream, Timestamp time,
                       const Error& error) override;

  private:
    stream::Streams& streams_;
    monitor::Logs& logs_;
};

}  // namespace freshet::app
