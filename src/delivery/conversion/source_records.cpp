#include "delivery/conversion/source_records.h"

#include <algorithm>

#include "base/check.h"

#include "delivery/limits.h"
#include "log/follow/follower.h"

namespace freshet::delivery {

bool SourceRecords::has(const RecordPlace& place) const {
    return partition_ == place.partition && !read_.empty() &&
           read_.front().ordinal <= place.ordinal && place.ordinal <= read_.back().ordinal;
}

io::Task<Result<>> SourceRecords::read(RecordPlace place) {
    users_.clear();
    partition_ = place.partition;
    read_.clear();
    auto records = co_await log::read_from(log_, pool_, place.partition, place.ordinal,
                                           limits::failure_batch_records, limits::piece_bytes);
    if (!records) co_return pass(records);
    read_ = std::move(*records);
    co_return Result<>();
}

io::Task<Result<std::vector<FailedRecord>>> SourceRecords::find(std::vector<std::size_t> numbers) {
    std::vector<FailedRecord> found;
    for (const std::size_t number : numbers) {
        const RecordPlaces::At at = places_.at(number);
        const RecordPlace& place = at.origin;
        if (!has(place)) {
            auto done = co_await read(place);
            if (!done) co_return pass(done);
        }
        FailedRecord& one = found.emplace_back();
        one.arrival = at.arrival;
        one.origin = place;
        one.is_there = false;
        const auto record =
            std::ranges::lower_bound(read_, place.ordinal, {}, &log::Record::ordinal);
        if (record == read_.end() || record->ordinal != place.ordinal) continue;
        if (unpacked_ != place.ordinal) users_.clear();
        if (users_.empty()) {
            auto unpacked = unpack_(place.partition, *record, users_);
            if (!unpacked) co_return pass(unpacked);
            unpacked_ = place.ordinal;
        }
        FRESHET_CHECK(place.sub < users_.size());  // as when it was read before
        one.source = users_[place.sub];
        one.is_there = true;
    }
    co_return found;
}

}  // namespace freshet::delivery
