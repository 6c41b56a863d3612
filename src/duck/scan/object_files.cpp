#include "duck/scan/object_files.h"

#include <duckdb/common/file_system.hpp>

#include <algorithm>

#include "duck/native/parse_value.h"
#include "duck/raise.h"
#include "duck/scan/object_stream.h"

namespace freshet::duck {
namespace {

constexpr std::string_view scheme = "object://";

class Handle final : public duckdb::FileHandle {
  public:
    Handle(duckdb::FileSystem& system, const duckdb::string& path, duckdb::FileOpenFlags flags,
           const sql::plan::File& file)
        : FileHandle(system, path, flags), object(file) {}
    void Close() override {}
    ObjectFile object;
    std::uint64_t at = 0;
};

class ObjectFiles final : public duckdb::FileSystem {
  public:
    explicit ObjectFiles(ScanState& state) : state_(state) {}

    using FileSystem::OpenFile;
    duckdb::unique_ptr<duckdb::FileHandle> OpenFile(
        const duckdb::string& path, duckdb::FileOpenFlags flags,
        duckdb::optional_ptr<duckdb::FileOpener>) override {
        if (flags.OpenForWriting())
            raise(sql::ErrorCode::generic_internal_error, "objects are not written here");
        return duckdb::make_uniq<Handle>(*this, path, flags, find(path));
    }
    void Read(duckdb::FileHandle& handle, void* buffer, std::int64_t bytes,
              duckdb::idx_t location) override {
        auto& mine = handle.Cast<Handle>();
        const std::size_t got = mine.object.read_at(location, static_cast<char*>(buffer),
                                                    static_cast<std::size_t>(bytes));
        state_.scanned_bytes += got;
        if (got != static_cast<std::size_t>(bytes))
            raise(sql::ErrorCode::hive_cursor_error, "Failed to read " + handle.path);
    }
    std::int64_t Read(duckdb::FileHandle& handle, void* buffer, std::int64_t bytes) override {
        auto& mine = handle.Cast<Handle>();
        const std::size_t got = mine.object.read_at(mine.at, static_cast<char*>(buffer),
                                                    static_cast<std::size_t>(bytes));
        mine.at += got;
        state_.scanned_bytes += got;
        return static_cast<std::int64_t>(got);
    }
    std::int64_t GetFileSize(duckdb::FileHandle& handle) override {
        return static_cast<std::int64_t>(handle.Cast<Handle>().object.size());
    }
    duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle&) override {
        return duckdb::timestamp_t(0);
    }
    duckdb::FileType GetFileType(duckdb::FileHandle&) override {
        return duckdb::FileType::FILE_TYPE_REGULAR;
    }
    bool FileExists(const duckdb::string&, duckdb::optional_ptr<duckdb::FileOpener>) override {
        return true;
    }
    duckdb::vector<duckdb::OpenFileInfo> Glob(const duckdb::string& path,
                                              duckdb::FileOpener*) override {
        return {duckdb::OpenFileInfo(path)};
    }
    bool CanHandleFile(const duckdb::string& path) override { return path.starts_with(scheme); }
    void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override {
        handle.Cast<Handle>().at = location;
    }
    duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override {
        return handle.Cast<Handle>().at;
    }
    bool CanSeek() override { return true; }
    bool OnDiskFile(duckdb::FileHandle&) override { return true; }
    std::string GetName() const override { return "ObjectFiles"; }

  private:
    const sql::plan::File& find(std::string_view path) const {
        const auto* file = file_named_in(path, *state_.plan);
        if (file == nullptr) raise(sql::ErrorCode::generic_internal_error, "no such object");
        return *file;
    }
    ScanState& state_;
};

std::string escaped(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string made;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.') {
            made += c;
        } else {
            made += '%';
            made += digits[static_cast<unsigned char>(c) >> 4U];
            made += digits[static_cast<unsigned char>(c) & 15U];
        }
    }
    return made;
}

}  // namespace

std::string partition_name(std::size_t key) { return "freshet_partition_" + std::to_string(key); }

std::string object_path(const sql::plan::QueryPlan& plan, std::size_t scan, std::size_t file) {
    const auto& chosen = plan.scans[scan].files[file];
    std::string path =
        std::string(scheme) + std::to_string(scan) + "/" + std::to_string(file) + "/";
    std::size_t key = 0;
    for (const auto& value : plan.scans[scan].partitions.at(chosen.partition)) {
        path += partition_name(key++) + "=" +
                (value ? escaped(*value) : "__HIVE_DEFAULT_PARTITION__") + "/";
    }
    return path + "data.parquet";
}

const sql::plan::File* file_named_in(std::string_view message, const sql::plan::QueryPlan& plan) {
    const auto at = message.find(scheme);
    if (at == std::string_view::npos) return nullptr;
    std::string_view path = message.substr(at + scheme.size());
    const auto slash = std::min(path.find('/'), path.size());
    const auto scan = parse_whole(path.substr(0, slash), 0, 100'000);
    path.remove_prefix(std::min(slash + 1, path.size()));
    const auto file = parse_whole(path.substr(0, path.find('/')), 0, INT32_MAX);
    if (!scan || !file || static_cast<std::size_t>(*scan) >= plan.scans.size()) return nullptr;
    const auto& files = plan.scans[static_cast<std::size_t>(*scan)].files;
    return static_cast<std::size_t>(*file) < files.size() ? &files[static_cast<std::size_t>(*file)]
                                                          : nullptr;
}

void add_object_files(duckdb::DatabaseInstance& database, ScanState& state) {
    duckdb::FileSystem::GetFileSystem(database).RegisterSubSystem(
        duckdb::make_uniq<ObjectFiles>(state));
}

}  // namespace freshet::duck
