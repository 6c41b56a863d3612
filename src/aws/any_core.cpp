#include "aws/any_core.h"

namespace freshet::aws {

io::Core& any_core() {
    static io::SystemClock clock;
    static io::Core core(clock);
    return core;
}

io::Core& core_for(io::Core& home) { return &home == &any_core() ? *io::Core::current() : home; }

}  // namespace freshet::aws
