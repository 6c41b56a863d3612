// Entries are written below DIRECTORY.partial, which is renamed when all of them are there.
#include "sandbox/archive.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace freshet::sandbox {
namespace {

namespace fs = std::filesystem;

struct CloseArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

bool leads_outside(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != name.npos ||
        name.find('\0') != name.npos)
        return true;
    const fs::path path(name);
    for (const auto& part : path)
        if (part == "..") return true;
    return false;
}

Result<> unpack_entry(zip_t* archive, zip_uint64_t index, const fs::path& root,
                      std::uint64_t& left) {
    const char* name = zip_get_name(archive, index, ZIP_FL_ENC_GUESS);
    if (!name || leads_outside(name))
        return fail(
            Errc::invalid,
            fmt::format("the archive holds the path '{}', which leads outside", name ? name : ""));
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive, index, 0, &system, &attributes);
    const unsigned mode = system == ZIP_OPSYS_UNIX ? attributes >> 16 : 0;
    if (S_ISLNK(mode))
        return fail(Errc::invalid, fmt::format("the archive holds the link '{}'", name));
    const fs::path path = root / name;
    std::error_code problem;
    if (std::string_view(name).ends_with('/')) {
        fs::create_directories(path, problem);
        return problem ? Result<>(fail(Errc::io, problem.message())) : Result<>();
    }
    fs::create_directories(path.parent_path(), problem);
    const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive, index, 0));
    if (!file)
        return fail(Errc::invalid, fmt::format("the archive's '{}' cannot be read: {}", name,
                                               zip_strerror(archive)));
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    char piece[65536];
    while (true) {
        const zip_int64_t got = zip_fread(file.get(), piece, sizeof piece);
        if (got < 0) return fail(Errc::invalid, fmt::format("the archive's '{}' is broken", name));
        if (got == 0) break;
        if (static_cast<std::uint64_t>(got) > left)
            return fail(Errc::invalid, fmt::format("Unzipped size must be smaller than {} bytes",
                                                   unpacked_bytes_max));
        left -= static_cast<std::uint64_t>(got);
        out.write(piece, got);
    }
    out.close();
    if (!out) return fail(Errc::io, fmt::format("write {}: failed", path.string()));
    ::chmod(path.c_str(), mode & 0111 ? 0755 : 0644);
    return {};
}

}  // namespace

Result<> unpack(const Bytes& zip, const std::string& directory) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &error);
    if (!source)
        return fail(
            Errc::invalid,
            "Could not unzip uploaded file. Please check your file, then try to upload again.");
    const std::unique_ptr<zip_t, CloseArchive> archive(
        zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!archive) {
        zip_source_free(source);
        return fail(
            Errc::invalid,
            "Could not unzip uploaded file. Please check your file, then try to upload again.");
    }
    const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    if (count == 0) return fail(Errc::invalid, "Uploaded file must be a non-empty zip");
    if (count > archive_entries_max)
        return fail(Errc::invalid,
                    fmt::format("the archive holds more than {} entries", archive_entries_max));
    const std::string partial = directory + ".partial";
    std::error_code problem;
    fs::remove_all(partial, problem);
    fs::create_directories(partial, problem);
    if (problem) return fail(Errc::io, fmt::format("make {}: {}", partial, problem.message()));
    std::uint64_t left = unpacked_bytes_max;
    for (zip_int64_t index = 0; index < count; ++index) {
        if (auto done =
                unpack_entry(archive.get(), static_cast<zip_uint64_t>(index), partial, left);
            !done) {
            fs::remove_all(partial, problem);
            return done;
        }
    }
    fs::rename(partial, directory, problem);
    if (problem) return fail(Errc::io, fmt::format("make {}: {}", directory, problem.message()));
    return {};
}

}  // namespace freshet::sandbox
