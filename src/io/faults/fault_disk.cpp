#include "io/faults/fault_disk.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>

#include "base/check.h"
#include "io/faults/failpoint.h"
#include "io/faults/unsynced.h"

namespace freshet::io {
namespace {

using failpoints::Action;

/// What all files of the disk share.
struct Shared {
    Shared(Disk& disk, std::string keep) : unsynced(disk, std::move(keep)) {}
    /// Held over each call, so that a cut meets the disk between two calls, and nothing after it.
    std::recursive_mutex mutex;
    bool cuts = false;
    Unsynced unsynced;
};

/// The failure that the failpoints inject into this call; nothing when it succeeds.
std::optional<Failure> refusal(std::string_view label, std::string_view path) {
    Action action = failpoints::at_call(label, path);
    const bool changes = label != "disk.read" && label != "disk.size" && label != "disk.list" &&
                         label != "disk.exists" && label != "disk.open";
    if (action == Action::none && changes) action = failpoints::at_call("disk.change", path);
    if (action == Action::none) return std::nullopt;
    const bool is_full = action == Action::enospc || action == Action::cut_short;
    return fail(is_full ? Errc::no_space : Errc::io,
                fmt::format("{} {}: {} (injected)", label.substr(5), path,
                            is_full ? "No space left on device" : "Input/output error"));
}

class FaultFile final : public File {
  public:
    FaultFile(std::unique_ptr<File> file, std::string path, std::shared_ptr<Shared> shared)
        : file_(std::move(file)), path_(std::move(path)), shared_(std::move(shared)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.read", path_)) return *refused;
        return file_->read_at(offset, out);
    }
    Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
        const std::scoped_lock lock(shared_->mutex);
        auto refused = refusal("disk.write", path_);
        std::string half;
        std::uint64_t bytes = 0;
        for (const std::string_view piece : pieces) bytes += piece.size();
        if (shared_->cuts) {
            auto noted = shared_->unsynced.before_write(*file_, path_, offset, bytes);
            if (!noted) return noted;
        }
        if (!refused) return file_->write_at(offset, pieces);
        // What the system refuses may be there by half.
        for (const std::string_view piece : pieces) half += piece;
        half.resize(half.size() / 2);
        const std::string_view piece = half;
        if (refused->error().is(Errc::no_space)) (void)file_->write_at(offset, {&piece, 1});
        return *refused;
    }
    Result<> sync() override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.sync", path_)) {
            shared_->unsynced.sync_failed(path_);
            return *refused;
        }
        auto synced = file_->sync();
        if (synced) shared_->unsynced.synced(path_);
        return synced;
    }
    Result<> truncate(std::uint64_t size) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.truncate", path_)) return *refused;
        if (shared_->cuts) {
            auto noted = shared_->unsynced.before_truncate(*file_, path_, size);
            if (!noted) return noted;
        }
        return file_->truncate(size);
    }
    Result<> allocate(std::uint64_t offset, std::uint64_t size) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.allocate", path_)) return *refused;
        if (shared_->cuts) {
            auto noted = shared_->unsynced.before_write(*file_, path_, offset, size);
            if (!noted) return noted;
        }
        return file_->allocate(offset, size);
    }
    Result<std::uint64_t> size() override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.size", path_)) return *refused;
        return file_->size();
    }
    Result<> lock() override { return file_->lock(); }

  private:
    std::unique_ptr<File> file_;
    std::string path_;
    std::shared_ptr<Shared> shared_;
};

class FaultDisk final : public Disk {
  public:
    FaultDisk(std::unique_ptr<Disk> disk, std::string keep)
        : disk_(std::move(disk)), shared_(std::make_shared<Shared>(*disk_, std::move(keep))) {
        shared_->cuts = failpoints::has_cut();
        if (!shared_->cuts) return;
        FRESHET_CHECK(shared_->unsynced.begin());  // or a cut would lose nothing, and prove nothing
        failpoints::on_cut([shared = shared_] {
            shared->mutex.lock();  // for good: nothing reaches the disk after a cut
            shared->unsynced.lose(failpoints::number("disk.seed", 0));
        });
    }
    ~FaultDisk() override {
        if (shared_->cuts) failpoints::on_cut(nullptr);
    }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.open", path)) return *refused;
        auto there = disk_->exists(path);
        auto file = disk_->open(path, mode);
        if (!file) return file;
        if (shared_->cuts && there && !*there) shared_->unsynced.created(path);
        return std::make_unique<FaultFile>(std::move(*file), path, shared_);
    }
    Result<> rename(const std::string& from, const std::string& to) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.rename", from)) return *refused;
        if (shared_->cuts) {
            if (auto noted = shared_->unsynced.before_rename(from, to); !noted) return noted;
        }
        return disk_->rename(from, to);
    }
    Result<> remove(const std::string& path) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.remove", path)) return *refused;
        if (shared_->cuts) {
            if (auto noted = shared_->unsynced.before_remove(path); !noted) return noted;
        }
        return disk_->remove(path);
    }
    Result<> sync_directory(const std::string& path) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.sync_directory", path)) return *refused;
        auto synced = disk_->sync_directory(path);
        if (synced) shared_->unsynced.synced_directory(path);
        return synced;
    }
    Result<> make_directories(const std::string& path) override {
        const std::scoped_lock lock(shared_->mutex);
        return disk_->make_directories(path);
    }
    Result<std::vector<std::string>> list(const std::string& path) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.list", path)) return *refused;
        return disk_->list(path);
    }
    Result<bool> exists(const std::string& path) override {
        const std::scoped_lock lock(shared_->mutex);
        if (auto refused = refusal("disk.exists", path)) return *refused;
        return disk_->exists(path);
    }

  private:
    std::unique_ptr<Disk> disk_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<Disk> make_fault_disk(std::unique_ptr<Disk> disk, std::string keep) {
    return std::make_unique<FaultDisk>(std::move(disk), std::move(keep));
}

}  // namespace freshet::io
