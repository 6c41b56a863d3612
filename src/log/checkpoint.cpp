#include "log/checkpoint.h"

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "log/frame.h"

namespace freshet::log {
namespace {

constexpr std::string_view magic = "FRSHCKP2", first_magic = "FRSHCKP1";
constexpr std::size_t head_bytes = 24;        // magic, count, journal segment
constexpr std::size_t first_head_bytes = 16;  // magic, count
constexpr std::size_t entry_bytes = 56;
constexpr std::uint64_t file_bytes_max = 1024ULL * 1024 * 1024;

std::string path_in(const std::string& directory) { return directory + "/checkpoint"; }

}  // namespace

Result<Checkpoint> load_checkpoint(io::Disk& disk, const std::string& directory) {
    const std::string path = path_in(directory);
    auto there = disk.exists(path);
    if (!there) return pass(there);
    if (!*there) return Checkpoint{};
    auto text = io::read_file(disk, path, file_bytes_max);
    if (!text) return pass(text);
    const std::string_view view = *text;
    const std::size_t head = view.starts_with(first_magic) ? first_head_bytes : head_bytes;
    const bool is_sound =
        view.size() >= head + 4 && (view.starts_with(magic) || view.starts_with(first_magic)) &&
        view.size() == head + entry_bytes * get_number<std::uint64_t>(view, 8) + 4 &&
        crc32c(view.substr(0, view.size() - 4)) == get_number<std::uint32_t>(view, view.size() - 4);
    if (!is_sound) {
        log_warn("log", "the checkpoint is damaged; reading the segments instead",
                 {{"file", path}});
        return Checkpoint{};
    }
    Checkpoint checkpoint;
    if (head == head_bytes) checkpoint.through = get_number<std::uint64_t>(view, 16);
    for (std::size_t at = head; at + entry_bytes <= view.size() - 4; at += entry_bytes) {
        Reach reach;
        reach.first = get_number<std::uint64_t>(view, at + 8);
        reach.first_time = from_epoch_ms(get_number<std::int64_t>(view, at + 16));
        reach.next = get_number<std::uint64_t>(view, at + 24);
        reach.last_time = from_epoch_ms(get_number<std::int64_t>(view, at + 32));
        reach.tail_first = get_number<std::uint64_t>(view, at + 40);
        reach.tail_bytes = get_number<std::uint64_t>(view, at + 48);
        checkpoint.reaches.emplace(PartitionId(get_number<std::uint64_t>(view, at)), reach);
    }
    return checkpoint;
}

Result<> save_checkpoint(io::Disk& disk, const std::string& directory,
                         const Checkpoint& checkpoint) {
    std::string text(magic);
    text.reserve(head_bytes + entry_bytes * checkpoint.reaches.size() + 4);
    put_number(text, static_cast<std::uint64_t>(checkpoint.reaches.size()));
    put_number(text, checkpoint.through.value_or(0));
    for (const auto& [id, reach] : checkpoint.reaches) {
        // The last segment is one of those that hold [first, next).
        FRESHET_CHECK(reach.first <= reach.tail_first && reach.tail_first <= reach.next);
        put_number(text, *id);
        put_number(text, reach.first);
        put_number(text, to_epoch_ms(reach.first_time));
        put_number(text, reach.next);
        put_number(text, to_epoch_ms(reach.last_time));
        put_number(text, reach.tail_first);
        put_number(text, reach.tail_bytes);
    }
    // As long as load_checkpoint() wants it.
    FRESHET_CHECK(text.size() == head_bytes + entry_bytes * checkpoint.reaches.size());
    put_number(text, crc32c(text));
    return io::write_file(disk, path_in(directory), text);
}

}  // namespace freshet::log
