// Files that other processes write in the scratch directory, and that become bodies of objects.
#include <filesystem>

#include "base/check.h"
#include "base/log.h"
#include "objects/limits.h"
#include "objects/objects.h"

namespace freshet::objects {

std::string Objects::scratch_directory() const {
    return std::filesystem::absolute(directory_ + "/scratch").string();
}

/// What an earlier run of the server left there belongs to nobody.
Result<> Objects::empty_scratch() {
    std::error_code problem;
    std::filesystem::remove_all(scratch_directory(), problem);
    if (problem) return fail(freshet::Errc::io, "empty objects/scratch: " + problem.message());
    return disk_.make_directories(scratch_directory());
}

io::Task<Result<Staged>> Objects::copy_in(const std::string& path, Encryption encryption) {
    auto file = co_await pool_.run([&] { return disk_.open(path, io::OpenMode::read); });
    if (!file) co_return pass(file);
    Blobs::Writer writer(blobs_, encryption);
    std::uint64_t at = 0;
    Result<> failed;
    while (failed) {
        auto piece = co_await pool_.run([&]() -> Result<Bytes> {
            std::string content(limits::read_piece_bytes, '\0');
            auto got = (*file)->read_at(at, content);
            if (!got) return pass(got);
            content.resize(*got);
            return Bytes::own(std::move(content));
        });
        if (!piece) failed = pass(piece);
        if (!piece || piece->empty()) break;
        at += piece->size();
        failed = co_await writer.write(std::move(*piece));
    }
    Result<Staged> staged = failed ? co_await writer.finish() : Result<Staged>(pass(failed));
    if (!staged) {
        co_await writer.abandon();
        co_return staged;
    }
    staged->encryption = encryption;
    auto removed = co_await pool_.run([&] { return disk_.remove(path); });
    if (!removed)
        log_warn("objects", "a file of objects/scratch could not be removed",
                 {{"file", path}, {"reason", removed.error().message()}});
    co_return staged;
}

io::Task<Result<Staged>> Objects::adopt(std::string path, Encryption encryption) {
    FRESHET_CHECK(path.starts_with(scratch_directory() + "/"));
    auto size = co_await pool_.run([&]() -> Result<std::uint64_t> {
        auto file = disk_.open(path, io::OpenMode::read);
        if (!file) return pass(file);
        return (*file)->size();
    });
    if (!size) co_return pass(size);
    if (encryption != Encryption::none || *size <= limits::packed_bytes_max) {
        auto copied = co_await copy_in(path, encryption);
        co_return copied;
    }
    auto staged = co_await pool_.run([&] { return blobs_.take_file(path, *size); });
    co_return staged;
}

}  // namespace freshet::objects
