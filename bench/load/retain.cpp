#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/crypto/digest.h"
#include "cases.h"
#include "log/checkpoint.h"
#include "log/frame.h"
#include "log/segment_index.h"

namespace bench {
namespace {

namespace log = freshet::log;

/// A file whose zeros are holes.
class SparseFile {
  public:
    explicit SparseFile(const std::string& path)
        : file_(open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0640)) {
        if (file_ < 0) die("cannot write " + path);
    }
    ~SparseFile() { close(file_); }
    SparseFile(const SparseFile&) = delete;
    SparseFile& operator=(const SparseFile&) = delete;
    /// `content` and then zeros up to `size` bytes.
    void append(std::string_view content, std::size_t size) {
        if (pwrite(file_, content.data(), content.size(), static_cast<off_t>(end_)) !=
            static_cast<ssize_t>(content.size()))
            die("write failed");
        end_ += size;
        if (ftruncate(file_, static_cast<off_t>(end_)) != 0) die("truncate failed");
    }
    std::uint64_t end() const { return end_; }

  private:
    int file_;
    std::uint64_t end_ = 0;
};

/// A segment of the format in docs/formats/log.md; what the checkpoint says of it.
log::Reach write_segment(const std::string& directory, log::PartitionId id, const Options& options,
                         const freshet::Bytes& record) {
    std::filesystem::create_directories(directory);
    const std::string path = directory + "/0000000000000000.segment";
    SparseFile file(path);
    const auto from = static_cast<std::int64_t>(options.number("from-ms")),
               step = static_cast<std::int64_t>(options.number("step-ms"));
    std::string head = "FRSHSEG1";
    freshet::put_number(head, *id);
    freshet::put_number(head, std::uint64_t{0});
    freshet::put_number(head, from);
    freshet::put_number(head, freshet::crc32c(head));
    file.append(head, head.size());
    std::vector<log::IndexEntry> index;
    const std::size_t frames = options.number("frames");
    for (std::size_t i = 0; i < frames; ++i) {
        const auto time = freshet::from_epoch_ms(from + step * static_cast<std::int64_t>(i));
        const log::Frame frame = log::make_frame({id, i, time, {}, 0, 0}, {&record, 1});
        index.push_back({i, time, file.end()});
        file.append(frame.bytes.view().substr(0, 128), frame.bytes.size());
    }
    const auto disk = freshet::io::make_posix_disk();
    if (!log::append_index(*disk, path, id, 0, index, true)) die("cannot write an index");
    return {0, index.front().time, frames, index.back().time, 0, file.end()};
}

}  // namespace

void retain(const Options& options) {
    const std::string directory = options.text("directory"),
                      partitions = options.text("partitions");
    // A stream's record: version 1, a key of one byte, and zeros.
    std::string content("\x01\x01\x00k", 4);
    content.resize(options.number("record-bytes"));
    const auto record = freshet::Bytes::own(std::move(content));
    const auto disk = freshet::io::make_posix_disk();
    auto checkpoint = log::load_checkpoint(*disk, directory);
    if (!checkpoint) die(checkpoint.error().message());
    std::uint64_t bytes = 0;
    for (std::size_t at = 0; at < partitions.size();
         at = std::min(partitions.find(',', at), partitions.size()) + 1) {
        const log::PartitionId id(std::strtoull(partitions.c_str() + at, nullptr, 10));
        const log::Reach reach = write_segment(fmt::format("{}/partitions/{:016x}", directory, *id),
                                               id, options, record);
        checkpoint->reaches.insert_or_assign(id, reach);
        bytes += reach.tail_bytes;
    }
    if (auto saved = log::save_checkpoint(*disk, directory, *checkpoint); !saved)
        die(saved.error().message());
    fmt::print("{{\"gb\":{:.1f}}}\n", static_cast<double>(bytes) / 1e9);
}

}  // namespace bench
