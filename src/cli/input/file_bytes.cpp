#include "cli/input/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace freshet::cli {
namespace {

constexpr std::size_t packed_bytes = 256 * 1024;
constexpr int window_bits_gzip = 15 + 16;
constexpr std::string_view gzip_mark = "\x1f\x8b";

std::unexpected<Error> cannot_open(const std::string& name) {
    return fail(Errc::io, fmt::format("{} cannot be opened: {}", name, std::strerror(errno)));
}

}  // namespace

Result<> FileBytes::check(const std::string& name) {
    struct stat facts{};
    if (name == "-") return {};
    if (::stat(name.c_str(), &facts) != 0) return cannot_open(name);
    if (S_ISDIR(facts.st_mode)) return fail(Errc::io, fmt::format("{} is a directory", name));
    if (::access(name.c_str(), R_OK) != 0) return cannot_open(name);
    return {};
}

Result<std::unique_ptr<FileBytes>> FileBytes::open(const std::string& name) {
    if (auto checked = check(name); !checked) return pass(checked);
    const int fd = name == "-" ? ::dup(0) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot_open(name);
    return std::unique_ptr<FileBytes>(new FileBytes(name == "-" ? "standard input" : name, fd));
}

FileBytes::~FileBytes() {
    if (is_gzip_) inflateEnd(&left_);
    ::close(fd_);
}

std::unexpected<Error> FileBytes::wrong(std::string_view what) const {
    return fail(Errc::io, fmt::format("{}{}", name_, what));
}

/// Appends to packed_ from the file; false at its end.
Result<bool> FileBytes::more() {
    packed_.erase(0, packed_.size() - left_.avail_in);
    const std::size_t have = packed_.size();
    packed_.resize(have + packed_bytes);
    ssize_t got = -1;
    do got = ::read(fd_, packed_.data() + have, packed_bytes);
    while (got < 0 && errno == EINTR);
    packed_.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    left_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    left_.avail_in = static_cast<uInt>(packed_.size());
    if (got < 0) return wrong(fmt::format(" cannot be read: {}", std::strerror(errno)));
    bytes_read_ += static_cast<std::uint64_t>(got);
    return got > 0;
}

Result<> FileBytes::begin() {
    has_begun_ = true;
    while (left_.avail_in < gzip_mark.size()) {
        auto any = more();
        if (!any) return pass(any);
        if (!*any) break;
    }
    if (!packed_.starts_with(gzip_mark)) return {};
    if (inflateInit2(&left_, window_bits_gzip) != Z_OK) return wrong(": out of memory");
    is_gzip_ = is_in_member_ = true;
    return {};
}

/// Begins the next member; false at the end of the file. Zeros between members are padding.
Result<bool> FileBytes::find_member() {
    while (true) {
        while (left_.avail_in > 0 && *left_.next_in == 0) {
            ++left_.next_in;
            --left_.avail_in;
        }
        if (left_.avail_in > 0) break;
        auto any = more();
        if (!any || !*any) return any;
    }
    if (*left_.next_in != static_cast<Bytef>(gzip_mark[0]))
        return wrong(fmt::format(
            ": its gzip data ends at byte {}, but more bytes follow, which are not", bytes_used()));
    inflateReset(&left_);
    is_in_member_ = true;
    return true;
}

Result<> FileBytes::unpack() {
    const int code = inflate(&left_, Z_NO_FLUSH);
    if (code == Z_STREAM_END)
        is_in_member_ = false;
    else if (code != Z_OK && code != Z_BUF_ERROR)
        return wrong(fmt::format(": its gzip data is damaged at byte {}: {}", bytes_used(),
                                 left_.msg ? left_.msg : "unknown form"));
    return {};
}

Result<bool> FileBytes::read(std::string& out, std::size_t most) {
    if (auto begun = has_begun_ ? Result<>() : begin(); !begun) return pass(begun);
    if (!is_gzip_) {
        Result<bool> any = left_.avail_in > 0 ? Result<bool>(true) : more();
        if (!any || !*any) return any;
        const std::size_t taken = std::min<std::size_t>(most, left_.avail_in);
        out.append(reinterpret_cast<const char*>(left_.next_in), taken);
        left_.next_in += taken;
        left_.avail_in -= static_cast<uInt>(taken);
        return true;
    }
    const std::size_t have = out.size();
    out.resize(have + most);
    left_.next_out = reinterpret_cast<Bytef*>(out.data()) + have;
    left_.avail_out = static_cast<uInt>(most);
    Result<bool> any = true;
    while (left_.avail_out > 0) {
        any = !is_in_member_ ? find_member() : left_.avail_in > 0 ? Result<bool>(true) : more();
        if (any && !*any && is_in_member_) any = wrong(" ends early: its gzip data is cut off");
        if (!any || !*any) break;
        if (auto unpacked = unpack(); !unpacked) {
            any = pass(unpacked);
            break;
        }
    }
    out.resize(out.size() - left_.avail_out);
    if (!any) return any;
    return out.size() > have;
}

}  // namespace freshet::cli
