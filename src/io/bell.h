// A signal that is remembered: who comes back from work knows that it was rung meanwhile.
#pragma once
#include "io/core.h"

namespace freshet::io {

/// One core only. Who waits sets `is_rung` back before it looks, so that no ring is lost.
struct Bell {
    explicit Bell(Core& home) : signal(home) {}
    void ring() {
        is_rung = true;
        signal.notify();
    }
    Signal signal;
    bool is_rung = false;
};

}  // namespace freshet::io
