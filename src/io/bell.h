// A signal that is remembered: who comes back from work knows that it was rung meanwhile.
#pragma once
#include "io/core.h"

namespace freshet::io {

/// One core only. Who waits sets `rung` back before it looks, so that no ring is lost.
struct Bell {
    explicit Bell(Core& home) : signal(home) {}
    void ring() {
        rung = true;
        signal.notify();
    }
    Signal signal;
    bool rung = false;
};

}  // namespace freshet::io
