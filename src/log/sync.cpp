#include "log/sync.h"

#include <cstdlib>

#include "base/log.h"

namespace freshet::log {
namespace {

[[noreturn]] void stop(const std::string& path, const Error& error) {
    log_error("log", "fsync failed, stopping", {{"file", path}, {"reason", error.message()}});
    std::abort();
}

}  // namespace

void sync_or_stop(io::File& file, const std::string& path) {
    if (auto synced = file.sync(); !synced) stop(path, synced.error());
}

void sync_directory_or_stop(io::Disk& disk, const std::string& path) {
    if (auto synced = disk.sync_directory(path); !synced) stop(path, synced.error());
}

}  // namespace freshet::log
