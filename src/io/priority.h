// What work counts when cores are scarce. Linux gives each thread a priority of its own.
#pragma once

namespace freshet::io {

/// The calling thread gets a core when no other of the server wants it, nearly: about a tenth of
/// what another gets. There is no way back.
void let_others_go_first();

}  // namespace freshet::io
