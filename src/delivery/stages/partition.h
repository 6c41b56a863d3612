// Dynamic partitioning: which records share an object. A partition is an evaluated prefix. Pure.
#pragma once
#include <string>
#include <vector>

#include "delivery/naming/prefix.h"
#include "delivery/stages/item.h"
#include "delivery/types.h"

namespace freshet::delivery {

/// The records of one object, in the order of their source.
struct Portion {
    std::string prefix;  ///< evaluated
    Timestamp oldest;    ///< arrival
    std::vector<Bytes> records;
    std::vector<std::size_t> items = {};  ///< of the flow: where each record was
    std::uint64_t bytes = 0;
};

/// All items, under the prefix that `input` gives. None when there is no item.
std::vector<Portion> one_portion(Flow& flow, const Destination& destination,
                                 const PrefixInput& input);

/// The items by evaluated prefix. Those whose keys do not give one, and those of partitions over
/// `partitions_max`, are failures. `seed`: of random strings.
/// The number of partitions, and whether one was over the limit, is measured.
std::vector<Portion> partition(Flow& flow, const Destination& destination,
                               std::size_t partitions_max, std::uint64_t seed, Timestamp now);

}  // namespace freshet::delivery
