#include "log/mutants.h"

#include <algorithm>
#include <utility>

#include "base/crypto/digest.h"
#include "io/faults/failpoint.h"
#include "log/frame.h"

namespace freshet::log {
namespace {

using io::failpoints::is_on;

/// Frames one after the other from the start of `data`: each gets the checksum of its bytes.
void make_whole(std::span<char> data) {
    while (const auto header = peek_frame({data.data(), data.size()})) {
        if (header->length > data.size()) return;
        const std::string_view frame(data.data(), header->length);
        std::string checksum;
        put_number(checksum, crc32c(frame.substr(8)));
        std::ranges::copy(checksum, data.begin() + 4);
        data = data.subspan(header->length);
    }
}

class MutantFile final : public io::File {
  public:
    MutantFile(std::unique_ptr<io::File> file, const std::string& path)
        : file_(std::move(file)),
          is_journal_(path.ends_with(".journal") || path.ends_with(".spare")),
          is_segment_(path.ends_with(".segment")) {}

    ~MutantFile() override {
        if (is_sync_late_) (void)file_->sync();
    }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
        auto got = file_->read_at(offset, out);
        if (got && is_segment_ && is_on("mutant.skip_checksum")) make_whole(out.first(*got));
        return got;
    }
    Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
        if (std::exchange(is_sync_late_, false)) {
            if (auto synced = file_->sync(); !synced) return synced;
        }
        return file_->write_at(offset, pieces);
    }
    Result<> sync() override {
        if (is_journal_ && is_on("mutant.ack_before_sync")) return {};
        if (is_journal_ && is_on("mutant.read_before_sync")) {
            is_sync_late_ = true;
            return {};
        }
        auto synced = file_->sync();
        if (!synced && is_on("mutant.retry_sync")) synced = file_->sync();
        return synced;
    }
    Result<> truncate(std::uint64_t size) override { return file_->truncate(size); }
    Result<> allocate(std::uint64_t offset, std::uint64_t size) override {
        return file_->allocate(offset, size);
    }
    Result<std::uint64_t> size() override { return file_->size(); }
    Result<> lock() override { return file_->lock(); }

  private:
    std::unique_ptr<io::File> file_;
    bool is_journal_ = false, is_segment_ = false;
    bool is_sync_late_ = false;
};

class MutantDisk final : public io::Disk {
  public:
    explicit MutantDisk(std::unique_ptr<io::Disk> disk) : disk_(std::move(disk)) {}

    Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
        auto file = disk_->open(path, mode);
        if (!file) return file;
        return std::make_unique<MutantFile>(std::move(*file), path);
    }
    Result<> rename(const std::string& from, const std::string& to) override {
        return disk_->rename(from, to);
    }
    Result<> remove(const std::string& path) override { return disk_->remove(path); }
    Result<> sync_directory(const std::string& path) override {
        if (is_on("mutant.skip_directory_sync")) return {};
        return disk_->sync_directory(path);
    }
    Result<> make_directories(const std::string& path) override {
        return disk_->make_directories(path);
    }
    Result<std::vector<std::string>> list(const std::string& path) override {
        return disk_->list(path);
    }
    Result<bool> exists(const std::string& path) override { return disk_->exists(path); }

  private:
    std::unique_ptr<io::Disk> disk_;
};

}  // namespace

std::unique_ptr<io::Disk> make_mutant_disk(std::unique_ptr<io::Disk> disk) {
    return std::make_unique<MutantDisk>(std::move(disk));
}

}  // namespace freshet::log
