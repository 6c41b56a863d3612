// The one place that says which member of a Vector keeps its values.
#pragma once
#include <utility>

#include "record/batch.h"

namespace freshet::record {

/// Calls `use` with a pointer to the member that keeps values of `kind`, as &Vector::integers: one
/// line for all three, of one vector or of several of one kind.
template <class Use>
decltype(auto) visit_values(Kind kind, Use&& use) {
    switch (storage_of(kind)) {
        case Storage::integers:
            return use(&Vector::integers);
        case Storage::reals:
            return use(&Vector::reals);
        case Storage::texts:
            return use(&Vector::texts);
    }
    std::unreachable();
}

}  // namespace freshet::record
