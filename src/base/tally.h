// Count, sum, minimum and maximum of values: what CloudWatch keeps of a period.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

namespace freshet {

struct Tally {
    std::uint64_t count = 0;
    double sum = 0;
    double minimum = std::numeric_limits<double>::max(), maximum = 0;

    void add(double value) {
        ++count;
        sum += value;
        minimum = std::min(minimum, value);
        maximum = std::max(maximum, value);
    }
};

}  // namespace freshet
