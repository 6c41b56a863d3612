// A sync that must not fail. After a failed fsync what the disk holds is unknown, and a second one
// would say "done" without it: the process ends before anything is acknowledged, and the next start
// reads what is there.
#pragma once
#include <string>

#include "io/disk.h"

namespace freshet::log {

void sync_or_stop(io::File& file, const std::string& path);
void sync_directory_or_stop(io::Disk& disk, const std::string& path);

}  // namespace freshet::log
