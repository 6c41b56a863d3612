#include "tables/errors.h"

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::tables::Errc>::domain() {
    static constexpr ErrorDomain instance{"tables"};
    return instance;
}
