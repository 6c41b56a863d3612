// The records of a cut that failed, as its source has them: they are not in memory any more.
#pragma once
#include <functional>
#include <vector>

#include "delivery/conversion/convert.h"
#include "delivery/record_places.h"
#include "log/log.h"

namespace freshet::delivery {

/// Home core of Deliveries; what it is made with must outlive it.
class SourceRecords final : public FailedRecords {
  public:
    /// The user records of one record of the log.
    using Unpack =
        std::function<Result<>(log::PartitionId, const log::Record&, std::vector<Bytes>&)>;
    SourceRecords(const log::Log& log, io::Pool& pool, const RecordPlaces& places, Unpack unpack)
        : log_(log), pool_(pool), places_(places), unpack_(std::move(unpack)) {}
    /// Those that the source does not have any more are not there.
    io::Task<Result<std::vector<FailedRecord>>> find(std::vector<std::size_t> numbers) override;

  private:
    io::Task<Result<>> read(RecordPlace place);
    bool has(const RecordPlace& place) const;

    const log::Log& log_;
    io::Pool& pool_;
    const RecordPlaces& places_;
    const Unpack unpack_;
    log::PartitionId partition_;  ///< of what was read last:
    std::vector<log::Record> read_;
    log::Ordinal unpacked_ = 0;  ///< one of them, when
    std::vector<Bytes> users_;   ///< is not empty
};

}  // namespace freshet::delivery
