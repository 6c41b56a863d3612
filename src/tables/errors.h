// What the table service refuses.
#pragma once
#include "base/error.h"

namespace freshet::tables {

enum class Errc {
    invalid,         ///< a request that contradicts itself, its table or its item
    not_found,       ///< no such table, index or resource
    in_use,          ///< the table exists, or its state forbids the change
    limit_exceeded,  ///< more of something than there may be
    token_reused,    ///< the same client token with another transaction
    unavailable      ///< storage refused; try again
};

}  // namespace freshet::tables

template <>
struct freshet::ErrorTraits<freshet::tables::Errc> {
    static const ErrorDomain& domain();
};
