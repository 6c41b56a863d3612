#include "delivery/record_places.h"

#include <algorithm>

#include "base/check.h"

namespace freshet::delivery {

void RecordPlaces::add(const Origin& origin, std::size_t count) {
    if (count == 0) return;
    const bool continues =
        count == 1 && !runs_.empty() && runs_.back().is_each &&
        runs_.back().origin.partition == origin.partition &&
        runs_.back().origin.arrival == origin.arrival &&
        runs_.back().origin.ordinal + (records_ - runs_.back().first) == origin.ordinal;
    if (!continues) runs_.push_back({records_, origin, count == 1});
    records_ += count;
}

RecordPlaces::At RecordPlaces::at(std::size_t number) const {
    FRESHET_CHECK(number < records_);
    const Run& run = *std::prev(std::ranges::upper_bound(runs_, number, {}, &Run::first));
    const std::size_t within = number - run.first;
    const Origin& origin = run.origin;
    if (run.is_each) return {{origin.partition, origin.ordinal + within, 0}, origin.arrival};
    return {{origin.partition, origin.ordinal, within}, origin.arrival};
}

}  // namespace freshet::delivery
