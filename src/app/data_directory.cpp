#include "app/data_directory.h"

#include <fmt/format.h>

namespace freshet::app {

Result<DataDirectory> DataDirectory::open(io::Disk& disk, const std::string& path) {
    DataDirectory directory;
    directory.path_ = path;
    if (auto made = disk.make_directories(path); !made)
        return std::unexpected(std::move(made.error()));
    auto lock = disk.open(path + "/LOCK", io::OpenMode::create);
    if (!lock) return std::unexpected(std::move(lock.error()));
    directory.lock_ = std::move(*lock);
    if (auto locked = directory.lock_->lock(); !locked) {
        if (!locked.error().is(Errc::busy)) return std::unexpected(std::move(locked.error()));
        return fail(Errc::busy,
                    fmt::format("another Freshet is running on the data directory {}", path));
    }
    const std::string format = path + "/FORMAT";
    auto there = disk.exists(format);
    if (!there) return std::unexpected(std::move(there.error()));
    if (!*there) {
        if (auto written = io::write_file(disk, format, fmt::format("freshet {}\n", data_format));
            !written) {
            return std::unexpected(std::move(written.error()));
        }
        return directory;
    }
    auto text = io::read_file(disk, format, 256);
    if (!text) return std::unexpected(std::move(text.error()));
    if (*text != fmt::format("freshet {}\n", data_format)) {
        return fail(Errc::invalid,
                    fmt::format("{} holds the format '{}'; this program reads format {}", path,
                                text->substr(0, text->find('\n')), data_format));
    }
    return directory;
}

}  // namespace freshet::app
