// How much stack the calling thread has left. A walk over what a user sent is bounded by a named
// depth; where a thread's stack is smaller than that depth needs, this ends the walk in time.
#pragma once

namespace freshet {

/// False when another level of a recursive walk could run out of stack.
bool stack_has_room();

}  // namespace freshet
