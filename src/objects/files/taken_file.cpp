// Blobs::take_file: a file that another process wrote becomes the file of a large body.
#include "base/check.h"
#include "base/crypto/digest.h"
#include "io/faults/failpoint.h"
#include "objects/files/blobs.h"
#include "objects/limits.h"

namespace freshet::objects {

Result<Staged> Blobs::take_file(const std::string& path, std::uint64_t size) {
    FRESHET_CHECK(size > limits::packed_bytes_max);  // the size says which kind of file it is
    auto file = disk_.open(path, io::OpenMode::read);
    if (!file) return pass(file);
    Hasher md5{Hasher::Kind::md5};
    std::string piece(limits::read_piece_bytes, '\0');
    for (std::uint64_t at = 0; at < size;) {
        auto got = (*file)->read_at(at, piece);
        if (!got) return pass(got);
        if (*got == 0) return fail(freshet::Errc::io, path + " became shorter while it was read");
        md5.update(std::string_view(piece).substr(0, *got));
        at += *got;
    }
    sync_or_stop(**file, path);
    const std::int64_t number = next_file();
    const std::string to = path_of(number);
    if (auto renamed = disk_.rename(path, to); !renamed) return pass(renamed);
    if (auto synced = disk_.sync_directory(to.substr(0, to.rfind('/'))); !synced)
        return pass(synced);
    io::failpoints::reach("objects.adopted");
    Staged staged;
    staged.size = size;
    staged.md5 = md5.finish();
    staged.extents.push_back({0, number, 0, size, {}});
    return staged;
}

}  // namespace freshet::objects
