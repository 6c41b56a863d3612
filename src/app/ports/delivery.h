// What delivery needs of streams (delivery/ports.h).
#pragma once
#include "delivery/ports.h"
#include "stream/stream.h"

namespace freshet::app {

class DeliveryStreamSource final : public delivery::StreamSource {
  public:
    explicit DeliveryStreamSource(stream::Streams& streams) : streams_(streams) {}
    Result<std::vector<log::PartitionId>> partitions(const std::string& stream_arn) override;
    Result<std::vector<Bytes>> user_records(const Bytes& payload) override;

  private:
    stream::Streams& streams_;
};

}  // namespace freshet::app
