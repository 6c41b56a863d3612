#include "meta/sqlite_error.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <string>

#include "meta/database.h"

namespace freshet::meta {
namespace {

constexpr std::uint64_t room_bytes_min = 64 * 1024;  ///< what SQLite needs for the index of its log

/// SQLite answers "disk I/O error" when there is no room for its shared memory file.
bool is_disk_full(sqlite3* db) {
    const char* path = sqlite3_db_filename(db, "main");
    struct statvfs room{};
    if (!path || ::statvfs(path, &room) != 0) return false;
    return std::uint64_t{room.f_bavail} * room.f_frsize < room_bytes_min;
}

}  // namespace

Error sqlite_error(sqlite3* db, int code, std::string_view doing) {
    std::string message = fmt::format("{}: {}", doing, sqlite3_errmsg(db));
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            return Error(Errc::conflict, std::move(message));
        case SQLITE_FULL:
            return Error(freshet::Errc::no_space, std::move(message));
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Error(freshet::Errc::corrupt, std::move(message));
        case SQLITE_CANTOPEN:
        case SQLITE_IOERR:
            if (is_disk_full(db))
                return Error(freshet::Errc::no_space, message + ": the disk is full");
            [[fallthrough]];
        default:
            return Error(freshet::Errc::io, std::move(message));
    }
}

}  // namespace freshet::meta
