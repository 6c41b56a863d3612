// What delivery needs of streams (delivery/ports.h).
#pragma once
#include "delivery/ports.h"
#include "monitor/logs.h"
#include "stream/stream.h"

namespace freshet::app {

class DeliveryStreamSource final : public delivery::StreamSource {
  public:
    explicit DeliveryStreamSource(stream::Streams& streams) : streams_(streams) {}
    Result<std::vector<log::PartitionId>> partitions(const std::string& stream_arn) override;
    Result<std::vector<Bytes>> user_records(const Bytes& payload) override;
    void write_log(const delivery::DeliveryStream& stream, Timestamp time,
                   std::string line) override;
    /// Made later than this.
    void set_logs(monitor::Logs& logs) { logs_ = &logs; }

  private:
    stream::Streams& streams_;
    monitor::Logs* logs_ = nullptr;
};

}  // namespace freshet::app
