// Registers the verbs of a service's handler object with the table of operations.
#pragma once
#include <memory>

#include "aws/router.h"

namespace freshet::aws {

/// `verb` answers Op on `home`; the table owns a share of `handlers`.
template <class Op, class Handlers>
void on(Router& router, io::Core& home, const std::shared_ptr<Handlers>& handlers,
        io::Task<Answer<typename Op::Output>> (Handlers::*verb)(Caller, typename Op::Input)) {
    router.handle<Op>(home, [handlers, verb](Caller caller, typename Op::Input input) {
        return (handlers.get()->*verb)(std::move(caller), std::move(input));
    });
}

}  // namespace freshet::aws
