#include "log/segment_index.h"

#include "base/check.h"
#include "base/crypto/digest.h"
#include "log/frame.h"

namespace freshet::log {
namespace {

constexpr std::string_view magic = "FRSHIDX1";
constexpr std::size_t entry_bytes = 28;  // first, time, offset, checksum
constexpr std::uint64_t file_bytes_max = 64ULL * 1024 * 1024;

std::string encode(PartitionId id, const IndexEntry& entry) {
    std::string text;
    put_number(text, entry.first);
    put_number(text, to_epoch_ms(entry.time));
    put_number(text, entry.offset);
    put_number(text, crc32c(text, static_cast<std::uint32_t>(*id)));
    FRESHET_CHECK(text.size() == entry_bytes);
    return text;
}

}  // namespace

std::string index_path_of(const std::string& segment_path) {
    return segment_path.substr(0, segment_path.rfind('.')) + ".index";
}

Result<std::vector<IndexEntry>> load_index(io::Disk& disk, const std::string& segment_path,
                                           PartitionId id, std::uint64_t segment_bytes) {
    std::vector<IndexEntry> entries;
    const std::string path = index_path_of(segment_path);
    auto there = disk.exists(path);
    if (!there) return pass(there);
    if (!*there) return entries;
    auto text = io::read_file(disk, path, file_bytes_max);
    if (!text) return pass(text);
    const std::string_view view = *text;
    if (!view.starts_with(magic)) return entries;
    for (std::size_t at = magic.size(); at + entry_bytes <= view.size(); at += entry_bytes) {
        const IndexEntry entry{get_number<std::uint64_t>(view, at),
                               from_epoch_ms(get_number<std::int64_t>(view, at + 8)),
                               get_number<std::uint64_t>(view, at + 16)};
        const bool follows = entries.empty() || (entry.offset > entries.back().offset &&
                                                 entry.first > entries.back().first);
        if (!follows || entry.offset >= segment_bytes ||
            view.substr(at, entry_bytes) != encode(id, entry))
            break;
        entries.push_back(entry);
    }
    return entries;
}

Result<> append_index(io::Disk& disk, const std::string& segment_path, PartitionId id,
                      std::size_t count, std::span<const IndexEntry> entries, bool is_first) {
    auto file = disk.open(index_path_of(segment_path), io::OpenMode::create);
    if (!file) return pass(file);
    std::uint64_t at = magic.size() + count * entry_bytes;
    std::string text;
    if (count == 0) {
        at = 0;
        text = magic;
    }
    if (is_first) {
        if (auto cut = (*file)->truncate(at); !cut) return cut;
        if (auto synced = (*file)->sync(); !synced) return synced;
    }
    for (const IndexEntry& entry : entries) text += encode(id, entry);
    const std::string_view piece = text;
    return (*file)->write_at(at, {&piece, 1});
}

Result<> remove_index(io::Disk& disk, const std::string& segment_path) {
    const std::string path = index_path_of(segment_path);
    auto there = disk.exists(path);
    if (!there) return pass(there);
    return *there ? disk.remove(path) : Result<>();
}

}  // namespace freshet::log
