// What delivery needs of the stream service; app/ports/delivery connects them.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "delivery/types.h"
#include "log/log.h"

namespace freshet::delivery {

class StreamSource {
  public:
    virtual ~StreamSource() = default;
    /// The present log partitions of a stream's shards, parents before their children;
    /// Errc::not_found. A partition that ends wakes its listeners once more, and then the next ones
    /// are here. Called on the home core of delivery.
    virtual Result<std::vector<log::PartitionId>> partitions(const SourceKey& stream) = 0;
    /// Appends the user records of one record of such a partition: KPL aggregates are taken apart.
    /// None for the record that ends a partition.
    virtual Result<> user_records(const Bytes& payload, std::vector<Bytes>& out) = 0;
    /// A failed attempt, for the log stream that the destination names. Does not wait.
    virtual void write_failure(const DeliveryStream& stream, Timestamp time,
                               const Error& error) = 0;
};

}  // namespace freshet::delivery
