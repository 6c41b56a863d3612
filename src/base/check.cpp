#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace freshet {

void check_failed(const char* fact, const char* file, int line) {
    std::fprintf(stderr, "freshet: invariant broken: %s (%s:%d)\n", fact, file, line);
    std::abort();
}

}  // namespace freshet
