#include "objects/files/quarantine.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/check.h"

namespace freshet::objects {
namespace {

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::optional<std::int64_t> file_of_name(const std::string& name) {
    std::int64_t file = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), file, 16);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    if (file <= 0 || name != fmt::format("{:012x}", file)) return std::nullopt;
    return file;
}

std::string Quarantine::group_of(std::int64_t since_ms) const {
    return fmt::format("{}/{}", directory_, since_ms);
}

Result<> Quarantine::open() {
    auto there = disk_.exists(directory_);
    if (!there) return pass(there);
    if (!*there) return {};
    auto groups = disk_.list(directory_);
    if (!groups) return pass(groups);
    for (const std::string& group : *groups) {
        std::int64_t since_ms = 0;
        const auto [end, error] =
            std::from_chars(group.data(), group.data() + group.size(), since_ms);
        if (error != std::errc() || end != group.data() + group.size()) continue;
        auto names = disk_.list(directory_ + "/" + group);
        if (!names) return pass(names);
        for (const std::string& name : *names) {
            if (const auto file = file_of_name(name)) files_[*file] = since_ms;
        }
    }
    return {};
}

Result<std::uint64_t> Quarantine::size_of(const std::string& path) {
    auto file = disk_.open(path, io::OpenMode::read);
    if (!file) return pass(file);
    return (*file)->size();
}

Result<> Quarantine::put(std::int64_t file, const std::string& path, Timestamp now) {
    auto size = size_of(path);
    if (!size) return pass(size);
    const std::string group = group_of(to_epoch_ms(now));
    if (auto made = disk_.make_directories(group); !made) return made;
    const std::string place = fmt::format("{}/{:012x}", group, file);
    if (auto moved = disk_.rename(path, place); !moved) return moved;
    files_[file] = to_epoch_ms(now);
    touched_[group] = touched_[directory_of(path)] = true;
    ++taken_.files;
    taken_.bytes += *size;
    return {};
}

Result<> Quarantine::bring_back(std::int64_t file, const std::string& path) {
    FRESHET_CHECK(files_.contains(file));
    const std::string group = group_of(files_.at(file));
    const std::string place = fmt::format("{}/{:012x}", group, file);
    auto size = size_of(place);
    if (!size) return pass(size);
    if (auto moved = disk_.rename(place, path); !moved) return moved;
    files_.erase(file);
    touched_[group] = touched_[directory_of(path)] = true;
    ++brought_back_.files;
    brought_back_.bytes += *size;
    return {};
}

Result<> Quarantine::sync() {
    for (const auto& [directory, is_touched] : touched_) {
        if (auto synced = disk_.sync_directory(directory); !synced) return synced;
    }
    touched_.clear();
    return {};
}

Result<> Quarantine::expire(Timestamp before) {
    expired_ = {};
    std::set<std::int64_t> groups;
    for (const auto& [file, since_ms] : files_) {
        if (since_ms < to_epoch_ms(before)) groups.insert(since_ms);
    }
    for (const std::int64_t since_ms : groups) {
        if (auto removed = expire_group(since_ms); !removed) return removed;
    }
    return {};
}

Result<> Quarantine::expire_group(std::int64_t since_ms) {
    const std::string group = group_of(since_ms);
    auto names = disk_.list(group);
    if (!names) return pass(names);
    bool is_empty = true;
    for (const std::string& name : *names) {
        const auto file = file_of_name(name);
        if (!file) {  // somebody else's
            is_empty = false;
            continue;
        }
        auto size = size_of(group + "/" + name);
        if (!size) return pass(size);
        if (auto removed = disk_.remove(group + "/" + name); !removed) return removed;
        files_.erase(*file);
        ++expired_.files;
        expired_.bytes += *size;
    }
    return is_empty ? disk_.remove(group) : Result<>();
}

}  // namespace freshet::objects
