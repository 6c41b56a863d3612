// What a child process gets of this one's descriptors: nothing but what it is meant to have. Every
// descriptor is close-on-exec from its first moment, or, where a library opens it, from soon after;
// whoever starts a program closes the rest between fork and exec.
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
