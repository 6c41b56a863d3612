#include "io/priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace freshet::io {
namespace {
constexpr int background_niceness = 10;  // of -20 to 19; a step is a quarter more or less of a core
}

void let_others_go_first() {
    // Without the right to it the thread competes as before.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_niceness);
}

}  // namespace freshet::io
