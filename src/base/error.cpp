#include "base/error.h"

namespace freshet {

const ErrorDomain& ErrorTraits<Errc>::domain() {
    static constexpr ErrorDomain instance{"freshet"};
    return instance;
}

}  // namespace freshet
