// A child process inherits only the descriptors that are intended for it. Every descriptor is
// close-on-exec from the beginning, or, where a library opens it, soon after; code that starts a
// program closes the rest between fork and exec.
#pragma once
#include "base/error.h"

namespace freshet::io {

/// Sets close-on-exec.
void keep_from_children(int descriptor);

/// In a child, before exec: closes all descriptors from `first` on. Makes system calls only.
void close_from(int first);

/// Opens /dev/null in the place of what is closed of standard input, output and error, so that no
/// file or socket gets their numbers. At the start of the program.
Result<> fill_standard_descriptors();

}  // namespace freshet::io
