// AWS takes a number that its type does not have for the nearest one that it has: 1 for 1.9,
// 2147483647 for 10000000000.
#pragma once
#include <limits>

namespace freshet::aws {

/// `real` is finite.
template <class T>
T nearest(double real) {
    constexpr T least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
    if (real >= static_cast<double>(most)) return most;
    if (real <= static_cast<double>(least)) return least;
    return static_cast<T>(real);
}

}  // namespace freshet::aws
