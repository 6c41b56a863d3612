#include "io/faults/unsynced.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

namespace freshet::io {
namespace {

std::string directory_of(const std::string& path) {
    return std::filesystem::path(path).parent_path();
}

}  // namespace

Result<> Unsynced::begin() {
    std::error_code ignored;
    std::filesystem::remove_all(keep_, ignored);
    return disk_.make_directories(keep_);
}

Result<> Unsynced::note(File& file, const std::string& path, std::uint64_t offset,
                        std::uint64_t bytes) {
    auto size = file.size();
    if (!size) return pass(size);
    Undo undo{offset, "", bytes == UINT64_MAX ? 0 : bytes, *size, false};
    if (offset < *size) undo.bytes.resize(std::min(bytes, *size - offset));
    auto got = file.read_at(offset, undo.bytes);
    if (!got) return pass(got);
    files_[path].push_back(std::move(undo));
    return {};
}

Result<> Unsynced::before_write(File& file, const std::string& path, std::uint64_t offset,
                                std::uint64_t bytes) {
    return note(file, path, offset, bytes);
}

Result<> Unsynced::before_truncate(File& file, const std::string& path, std::uint64_t size) {
    return note(file, path, size, UINT64_MAX);
}

Result<std::string> Unsynced::save(const std::string& path) {
    std::string saved = fmt::format("{}/{}", keep_, ++saved_);
    if (::link(path.c_str(), saved.c_str()) != 0) return fail(Errc::io, "cannot keep " + path);
    if (auto changes = files_.extract(path)) {
        changes.key() = saved;
        files_.insert(std::move(changes));
    }
    return saved;
}

Result<> Unsynced::before_remove(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return {};  // of no weight: it was empty
    auto saved = save(path);
    if (!saved) return pass(saved);
    names_.push_back({Name::What::removed, path, "", std::move(*saved)});
    return {};
}

Result<> Unsynced::before_rename(const std::string& from, const std::string& to) {
    Name name{Name::What::renamed, to, from, ""};
    auto there = disk_.exists(to);
    if (there && *there) {
        auto saved = save(to);
        if (!saved) return pass(saved);
        name.saved = std::move(*saved);
    }
    if (auto changes = files_.extract(from)) {
        changes.key() = to;
        files_.insert(std::move(changes));
    }
    names_.push_back(std::move(name));
    return {};
}

void Unsynced::created(const std::string& path) {
    names_.push_back({Name::What::created, path, "", ""});
}

void Unsynced::synced(const std::string& path) {
    const auto found = files_.find(path);
    if (found == files_.end()) return;
    std::erase_if(found->second, [](const Undo& one) { return !one.is_lost; });
    if (found->second.empty()) files_.erase(found);
}

void Unsynced::sync_failed(const std::string& path) {
    const auto found = files_.find(path);
    if (found == files_.end()) return;
    for (Undo& one : found->second) one.is_lost = true;
}

void Unsynced::synced_directory(const std::string& path) {
    std::erase_if(names_, [&](const Name& name) {
        if (directory_of(name.path) != path) return false;
        if (!name.saved.empty()) {
            files_.erase(name.saved);
            ::unlink(name.saved.c_str());
        }
        return true;
    });
}

/// Undoes the changes, the last one first. Torn: of the first write that is undone a part stays,
/// now and then without its first block, as blocks reach a disk in any order.
void Unsynced::undo(const std::string& path, const std::vector<Undo>& changes, std::uint64_t seed) {
    auto file = disk_.open(path, OpenMode::read_write);
    if (!file) return;
    const Undo& first = changes.front();
    const std::uint64_t skipped = seed % 3 == 0 ? 512 - first.offset % 512 : 0;
    std::string torn(seed == 0 ? 0 : first.written * (seed % 97) / 97, '\0');
    const auto got = (*file)->read_at(first.offset, torn);
    if (got) torn.resize(*got);
    for (const Undo& one : std::views::reverse(changes)) {
        const std::string_view piece = one.bytes;
        (void)(*file)->write_at(one.offset, {&piece, 1});
        (void)(*file)->truncate(one.size);
    }
    if (torn.size() <= skipped) return;
    const std::string_view piece = std::string_view(torn).substr(skipped);
    (void)(*file)->write_at(first.offset + skipped, {&piece, 1});
}

void Unsynced::lose(std::uint64_t seed) {
    for (const auto& [path, changes] : files_) {
        if (!changes.empty()) undo(path, changes, seed);
    }
    for (const Name& name : std::views::reverse(names_)) {
        if (name.what == Name::What::created) ::unlink(name.path.c_str());
        if (name.what == Name::What::renamed) ::rename(name.path.c_str(), name.from.c_str());
        if (!name.saved.empty()) ::rename(name.saved.c_str(), name.path.c_str());
    }
}

}  // namespace freshet::io
