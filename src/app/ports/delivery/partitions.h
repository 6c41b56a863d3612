// Partitions of the catalog that deliveries register (delivery/ports.h).
#pragma once
#include "delivery/ports.h"

namespace freshet::app {

class DeliveryPartitions final : public delivery::PartitionRegistry {
  public:
    Result<> register_in(meta::Txn& txn, const delivery::DeliveryKey& stream,
                         const std::string& table, const std::string& bucket,
                         const std::string& key, Timestamp now) override;
};

}  // namespace freshet::app
