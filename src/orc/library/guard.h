// Arrow answers with a Status, the ORC library below it throws: both become an Outcome.
#pragma once
#include <arrow/status.h>

#include <exception>
#include <string>

#include "orc/orc.h"

namespace freshet::orc {

inline std::string words_of(const arrow::Status& status) { return status.message(); }

/// What `work`, which gives an Outcome, answers or throws.
template <class Work>
auto guarded(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::exception& problem) {
        return std::unexpected(std::string(problem.what()));
    }
}

}  // namespace freshet::orc
