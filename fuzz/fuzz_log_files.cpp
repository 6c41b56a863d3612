// Journal and segment files: any bytes are read or refused, and bytes that changed in a file that
// was whole never give a record that was not written, nor another order.
#include <cstdint>
#include <cstdlib>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "log/journal.h"
#include "log/segments.h"
#include "memory_disk.h"

using namespace freshet;
using log::Frame;

namespace {

const log::PartitionId partition(1);
const std::string segment_path = "d/0000000000000000.segment";

std::vector<Frame> frames_of(std::string_view data) {
    std::vector<Frame> frames;
    log::Ordinal next = 0;
    for (std::size_t at = 0; at < data.size() && frames.size() < 8;) {
        const auto size = static_cast<std::size_t>(1 + static_cast<unsigned char>(data[at]) % 64U);
        const std::string_view part = data.substr(at, size);
        const Bytes records[] = {Bytes::copy(part.substr(0, part.size() / 2)),
                                 Bytes::copy(part.substr(part.size() / 2))};
        frames.push_back(log::make_frame(
            {partition, next, from_epoch_ms(1000), {3, frames.size() + 1}, 0, 0}, records));
        next += 2;
        at += size;
    }
    return frames;
}

/// Whether `read` is the beginning of `written`, or another part of it: each record at its place.
void expect_written(const std::vector<log::Record>& read, const std::vector<Frame>& written) {
    std::vector<log::Record> all;
    for (const Frame& frame : written) log::append_records(frame, 0, SIZE_MAX, all);
    for (const log::Record& record : read) {
        if (record.ordinal >= all.size() || !(all[record.ordinal].data == record.data))
            std::abort();
    }
}

/// Changes bytes: offset (2), what to xor (1), again and again.
void change(std::string& file, std::string_view edits) {
    for (std::size_t at = 0; at + 3 <= edits.size() && !file.empty(); at += 3) {
        const std::size_t offset = freshet::get_number<std::uint16_t>(edits, at) % file.size();
        file[offset] = static_cast<char>(file[offset] ^ edits[at + 2]);
    }
}

void read_segment(MemoryDisk& disk, const std::vector<Frame>* written) {
    log::Segments segments(disk, "d", partition);
    if (!segments.recover()) return;
    const auto read = segments.read(0, 1000, 1 << 20);
    if (read && written) expect_written(*read, *written);
    for (std::size_t i = 1; read && i < read->size(); ++i) {
        if ((*read)[i].ordinal != (*read)[i - 1].ordinal + 1) std::abort();
    }
    (void)segments.find_time(from_epoch_ms(1000));
    (void)segments.cut_torn();
}

void read_journal(MemoryDisk& disk, const std::vector<Frame>* written) {
    log::Journal journal(disk, "j");
    std::vector<Frame> found;
    (void)journal.recover([&](Frame frame) -> Result<> {
        found.push_back(std::move(frame));
        return {};
    });
    for (std::size_t i = 0; written && i < found.size(); ++i) {
        if (i >= written->size() || !((*written)[i].bytes == found[i].bytes)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    set_log_level(LogLevel::off);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.empty()) return 0;
    const std::size_t edits_size =
        std::min<std::size_t>(text.size(), 1 + static_cast<unsigned char>(text[0]) % 32U);
    const std::string_view edits = text.substr(1, edits_size - 1),
                           content = text.substr(edits_size);
    MemoryDisk disk;
    // As they are.
    disk.files[segment_path] = std::make_shared<std::string>(content);
    disk.files["j/0000000000000001.journal"] = std::make_shared<std::string>(content);
    read_segment(disk, nullptr);
    read_journal(disk, nullptr);
    // Whole ones, and then changed.
    disk.files.clear();
    const auto frames = frames_of(content);
    if (frames.empty()) return 0;
    log::Segments segments(disk, "d", partition);
    log::Journal journal(disk, "j");
    if (!segments.append(frames, {}, from_epoch_ms(1000)) ||
        !journal.recover([](Frame) { return Result<>(); }))
        std::abort();
    for (const Frame& frame : frames) {
        if (!journal.append({&frame, 1})) std::abort();
    }
    for (auto& [path, file] : disk.files) change(*file, edits);
    read_segment(disk, &frames);
    read_journal(disk, &frames);
    return 0;
}
