#include "io/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "io/page_cache.h"

namespace freshet::io {
namespace {

Failure refuse(const std::string& doing, const std::string& path, int code = errno) {
    const Errc kind = code == ENOSPC || code == EDQUOT ? Errc::no_space : Errc::io;
    return fail(kind, fmt::format("{} {}: {}", doing, path, std::strerror(code)));
}

class PosixFile final : public File {
  public:
    PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    ~PosixFile() override { ::close(descriptor_); }

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done,
                                        static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return refuse("read", path_);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    bool reads_cached_at(std::uint64_t offset, std::span<char> out) override {
        iovec whole{out.data(), out.size()};
        const ssize_t got =
            ::preadv2(descriptor_, &whole, 1, static_cast<off_t>(offset), RWF_NOWAIT);
        return got >= 0 && static_cast<std::size_t>(got) == out.size();
    }

    Sending send_cached(int socket, std::uint64_t offset, std::size_t size) const {
        if (!is_cached(offset, size)) return {};
        auto at = static_cast<off_t>(offset);
        const ssize_t sent = ::sendfile(socket, descriptor_, &at, size);
        if (sent > 0) return {true, static_cast<std::size_t>(sent), false};
        // A file that ends early never has what was asked for.
        const bool is_full = sent < 0 && (errno == EAGAIN || errno == EINTR);
        return {true, 0, !is_full};
    }

    void start_writeback(std::uint64_t offset, std::uint64_t size) const {
        ::sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(size),
                          SYNC_FILE_RANGE_WRITE);
    }

    Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
        std::vector<iovec> left;
        left.reserve(pieces.size());
        for (const std::string_view piece : pieces)
            if (!piece.empty()) left.push_back({const_cast<char*>(piece.data()), piece.size()});
        std::size_t first = 0;
        while (first < left.size()) {
            const auto count = static_cast<int>(std::min<std::size_t>(left.size() - first, 1024));
            const ssize_t wrote =
                ::pwritev(descriptor_, &left[first], count, static_cast<off_t>(offset));
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) return refuse("write", path_);
            if (wrote == 0) return refuse("write", path_, ENOSPC);
            offset += static_cast<std::uint64_t>(wrote);
            auto taken = static_cast<std::size_t>(wrote);
            while (first < left.size() && taken >= left[first].iov_len)
                taken -= left[first++].iov_len;
            if (taken > 0) {
                left[first].iov_base = static_cast<char*>(left[first].iov_base) + taken;
                left[first].iov_len -= taken;
            }
        }
        return {};
    }

    Result<> sync() override {
        if (::fdatasync(descriptor_) != 0) return refuse("sync", path_);
        return {};
    }
    Result<> truncate(std::uint64_t size) override {
        if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
            return refuse("truncate", path_);
        return {};
    }
    Result<> allocate(std::uint64_t offset, std::uint64_t size) override {
        const int code =
            ::posix_fallocate(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(size));
        if (code != 0) return refuse("allocate", path_, code);
        return {};
    }
    Result<std::uint64_t> size() override {
        struct stat status{};
        if (::fstat(descriptor_, &status) != 0) return refuse("stat", path_);
        return static_cast<std::uint64_t>(status.st_size);
    }
    Result<> lock() override {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
        if (errno == EWOULDBLOCK) return fail(Errc::busy, fmt::format("{} is in use", path_));
        return refuse("lock", path_);
    }

  private:
    /// Whether all pages of a range are in the page cache: a mapping asks without reading any.
    bool is_cached(std::uint64_t offset, std::size_t size) const {
        static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        const std::uint64_t first = offset / page * page;
        const std::size_t length = offset + size - first;
        void* map =
            ::mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor_, static_cast<off_t>(first));
        if (map == MAP_FAILED) return false;
        std::vector<unsigned char> pages((length + page - 1) / page);
        const bool is_known = ::mincore(map, length, pages.data()) == 0;
        ::munmap(map, length);
        return is_known && std::ranges::all_of(pages, [](unsigned char one) { return one & 1; });
    }

    int descriptor_;
    std::string path_;
};

class PosixDisk final : public Disk {
  public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
        static constexpr std::array<int, 5> flags{O_RDONLY, O_RDWR, O_RDWR | O_CREAT | O_EXCL,
                                                  O_RDWR | O_CREAT, O_RDWR | O_CREAT};
        const mode_t rights = mode == OpenMode::create_secret ? 0600 : 0640;
        const int descriptor =
            ::open(path.c_str(), flags[static_cast<std::size_t>(mode)] | O_CLOEXEC, rights);
        if (descriptor < 0) return refuse("open", path);
        return std::make_unique<PosixFile>(descriptor, path);
    }
    Result<> rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) return refuse("rename", from);
        return {};
    }
    Result<> remove(const std::string& path) override {
        if (::remove(path.c_str()) != 0) return refuse("remove", path);
        return {};
    }
    Result<> sync_directory(const std::string& path) override {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return refuse("open", path);
        const int code = ::fsync(descriptor) == 0 ? 0 : errno;
        ::close(descriptor);
        if (code != 0) return refuse("sync", path, code);
        return {};
    }
    Result<> make_directories(const std::string& path) override {
        const std::filesystem::path whole = std::filesystem::absolute(path);
        std::filesystem::path built;
        for (const auto& part : whole) {
            const std::filesystem::path parent = built;
            built /= part;
            if (::mkdir(built.c_str(), 0750) == 0) {
                if (auto synced = sync_directory(parent); !synced) return synced;
            } else if (errno != EEXIST) {
                return refuse("make directory", built);
            }
        }
        return {};
    }
    Result<std::vector<std::string>> list(const std::string& path) override {
        std::error_code error;
        std::vector<std::string> names;
        for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
             at.increment(error))
            names.push_back(at->path().filename());
        if (error) return refuse("list", path, error.value());
        std::ranges::sort(names);
        return names;
    }
    Result<bool> exists(const std::string& path) override {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0) return true;
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return refuse("stat", path);
    }
};

}  // namespace

Result<std::uint64_t> free_bytes(const std::string& path) {
    struct statvfs found{};
    if (::statvfs(path.c_str(), &found) != 0) return refuse("look at the disk of", path);
    return std::uint64_t{found.f_bavail} * found.f_frsize;
}

Sending send_cached(File& file, int socket, std::uint64_t offset, std::size_t size) {
    const auto* posix = dynamic_cast<const PosixFile*>(&file);
    return posix ? posix->send_cached(socket, offset, size) : Sending();
}

void start_writeback(File& file, std::uint64_t offset, std::uint64_t size) {
    if (const auto* posix = dynamic_cast<const PosixFile*>(&file))
        posix->start_writeback(offset, size);
}

std::unique_ptr<Disk> make_posix_disk() { return std::make_unique<PosixDisk>(); }

Result<std::string> read_file(Disk& disk, const std::string& path, std::uint64_t size_max) {
    auto file = disk.open(path, OpenMode::read);
    if (!file) return pass(file);
    const auto size = (*file)->size();
    if (!size) return pass(size);
    if (*size > size_max)
        return fail(Errc::invalid,
                    fmt::format("{} has {} bytes; at most {} are read", path, *size, size_max));
    std::string content(*size, '\0');
    const auto got = (*file)->read_at(0, content);
    if (!got) return pass(got);
    content.resize(*got);
    return content;
}

static Result<> replace_file(Disk& disk, const std::string& path, std::string_view content,
                             OpenMode mode) {
    const std::string temporary = path + ".tmp";
    auto file = disk.open(temporary, mode);
    if (!file) return pass(file);
    if (auto done = (*file)->truncate(0); !done) return done;
    if (auto done = (*file)->write_at(0, {&content, 1}); !done) return done;
    if (auto done = (*file)->sync(); !done) return done;
    if (auto done = disk.rename(temporary, path); !done) return done;
    // A name alone lies in the working directory.
    const std::string directory = std::filesystem::path(path).parent_path();
    return disk.sync_directory(directory.empty() ? "." : directory);
}

Result<> write_file(Disk& disk, const std::string& path, std::string_view content) {
    return replace_file(disk, path, content, OpenMode::create);
}

Result<> write_secret_file(Disk& disk, const std::string& path, std::string_view content) {
    return replace_file(disk, path, content, OpenMode::create_secret);
}

}  // namespace freshet::io
