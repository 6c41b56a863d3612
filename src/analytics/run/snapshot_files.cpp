#include "analytics/run/snapshot_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "analytics/limits.h"
#include "base/crypto/digest.h"

namespace freshet::analytics {
namespace {

constexpr std::string_view magic = "FRSN";
constexpr std::uint32_t format_version = 1;
constexpr std::string_view prefix = "snapshot-", unfinished = ".new";
constexpr std::size_t head_bytes = 8;  // of the file, and of a piece

std::string head(std::string_view first, std::uint32_t second) {
    std::string text(first);
    for (int i = 0; i < 32; i += 8) text += static_cast<char>(second >> i);
    return text;
}
std::string head(std::uint32_t first, std::uint32_t second) {
    return head(head("", first), second);
}

std::uint32_t number_at(std::string_view text, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])) << (i * 8);
    return value;
}

/// The number in "snapshot-17"; 0 for another name.
std::uint64_t number_of(std::string_view name) {
    if (!name.starts_with(prefix)) return 0;
    name.remove_prefix(prefix.size());
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    return failed == std::errc() && end == name.data() + name.size() ? number : 0;
}

}  // namespace

Result<> SnapshotFiles::fill_file(const std::string& path,
                                  const std::function<bool(const Sink&)>& fill) {
    auto file = disk_.open(path, io::OpenMode::create);
    if (!file) return pass(file);
    std::uint64_t at = 0, synced = 0;
    std::uint32_t total = 0;
    const auto put = [&](std::string_view first, std::string_view second) -> Result<> {
        const std::array pieces{first, second};
        auto written = (*file)->write_at(at, pieces);
        at += first.size() + second.size();
        if (!written || at - synced < limits::snapshot_sync_bytes) return written;
        synced = at;
        return (*file)->sync();
    };
    Result<> state = (*file)->truncate(0);
    if (state) state = put(head(magic, format_version), "");
    const bool is_whole = fill([&](std::string_view piece) {
        for (; !piece.empty() && state;
             piece.remove_prefix(std::min(piece.size(), limits::piece_bytes_max))) {
            const std::string_view part = piece.substr(0, limits::piece_bytes_max);
            const std::uint32_t crc = crc32c(part);
            total = crc32c(head(total, crc));
            state = put(head(static_cast<std::uint32_t>(part.size()), crc), part);
        }
        return state.has_value();
    });
    if (state && !is_whole) return fail(freshet::Errc::cancelled, "the snapshot was given up");
    if (state) state = put(head(0, total), "");
    if (state) state = (*file)->sync();
    return state;
}

Result<std::string> SnapshotFiles::write(const std::function<bool(const Sink&)>& fill) {
    if (auto made = disk_.make_directories(directory_); !made) return pass(made);
    auto names = disk_.list(directory_);
    if (!names) return pass(names);
    std::uint64_t last = 0;
    for (const std::string& name : *names) last = std::max(last, number_of(name));
    std::string name = fmt::format("{}{}", prefix, last + 1);
    const std::string path = path_of(name), under = path + std::string(unfinished);
    auto done = fill_file(under, fill);
    if (done) done = disk_.rename(under, path);
    if (done) done = disk_.sync_directory(directory_);
    if (done) return name;
    (void)disk_.remove(under);
    return pass(done);
}

Result<std::string> SnapshotFiles::read(const std::string& name) const {
    const auto bad = [&](std::string_view why) {
        return fail(freshet::Errc::corrupt,
                    fmt::format("the snapshot {} {}; start the application at TRIM_HORIZON or NOW "
                                "to go on without it",
                                path_of(name), why));
    };
    auto file = disk_.open(path_of(name), io::OpenMode::read);
    if (!file) return bad("cannot be opened: " + file.error().message());
    const auto size = (*file)->size();
    if (!size) return pass(size);
    std::uint64_t at = 0;
    std::string state, piece;
    const auto take = [&](std::size_t count) -> Result<> {
        if (count > *size - at) return bad("is cut");
        piece.resize(count);
        auto got = (*file)->read_at(at, std::span(piece));
        if (!got) return pass(got);
        at += count;
        return *got == count ? Result<>() : bad("is cut");
    };
    if (auto got = take(head_bytes); !got) return pass(got);
    if (piece != head(magic, format_version)) return bad("is not one of this version");
    state.reserve(*size);
    std::uint32_t total = 0;
    while (true) {
        if (auto got = take(head_bytes); !got) return pass(got);
        const std::uint32_t length = number_at(piece, 0), crc = number_at(piece, 4);
        if (length == 0)
            return crc == total && at == *size ? Result<std::string>(std::move(state))
                                               : bad("is damaged");
        if (length > limits::piece_bytes_max) return bad("is damaged");
        if (auto got = take(length); !got) return pass(got);
        if (crc32c(piece) != crc) return bad("is damaged");
        total = crc32c(head(total, crc));
        state += piece;
    }
}

void SnapshotFiles::remove_up_to(const std::string& name) {
    const std::uint64_t last = number_of(name);
    auto names = disk_.list(directory_);
    if (!names) return;
    for (const std::string& one : *names) {
        const bool is_old = number_of(one) > 0 && number_of(one) <= last;
        if (is_old || (last > 0 && one.ends_with(unfinished))) (void)disk_.remove(path_of(one));
    }
}

void SnapshotFiles::remove_all() {
    auto names = disk_.list(directory_);
    if (!names) return;
    for (const std::string& one : *names) {
        if (one.starts_with(prefix)) (void)disk_.remove(path_of(one));
    }
    (void)disk_.remove(directory_);
}

}  // namespace freshet::analytics
