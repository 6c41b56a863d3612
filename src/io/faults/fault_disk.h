// A disk that fails where the failpoints say (failpoint.h), and that a power cut takes what was not
// synced from. For that it keeps, besides the real files, how to undo every change since the last
// sync of its file or directory. The model is the strict one of POSIX: a file's bytes and size are
// safe after its sync(), its name after sync_directory(), a name's removal likewise; what a failed
// sync() covered is lost even when a later one succeeds.
#pragma once
#include <memory>
#include <string>

#include "io/disk.h"

namespace freshet::io {

/// `keep`: a directory on the same file system for what a cut brings back; made when missing. With
/// a cut in the SPEC only; the number disk.seed decides how much of the last unsynced write is
/// kept, torn (0: none of it).
std::unique_ptr<Disk> make_fault_disk(std::unique_ptr<Disk> disk, std::string keep);

}  // namespace freshet::io
