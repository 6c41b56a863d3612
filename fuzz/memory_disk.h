// A disk in memory for fuzz targets: files are strings, syncs succeed.
#pragma once
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "io/disk.h"

namespace freshet {

class MemoryDisk final : public io::Disk {
  public:
    std::map<std::string, std::shared_ptr<std::string>> files;

    Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
        auto found = files.find(path);
        if (found == files.end() &&
            (mode == io::OpenMode::read || mode == io::OpenMode::read_write))
            return fail(Errc::io, "no such file");
        if (found == files.end())
            found = files.emplace(path, std::make_shared<std::string>()).first;
        return std::make_unique<File>(found->second);
    }
    Result<> rename(const std::string& from, const std::string& to) override {
        files[to] = files.at(from);
        files.erase(from);
        return {};
    }
    Result<> remove(const std::string& path) override {
        files.erase(path);
        return {};
    }
    Result<> sync_directory(const std::string&) override { return {}; }
    Result<> make_directories(const std::string&) override { return {}; }
    Result<std::vector<std::string>> list(const std::string& path) override {
        std::vector<std::string> names;
        for (const auto& [name, content] : files) {
            if (name.starts_with(path + "/")) names.push_back(name.substr(path.size() + 1));
        }
        return names;
    }
    Result<bool> exists(const std::string& path) override {
        return std::ranges::any_of(files,
                                   [&](const auto& one) { return one.first.starts_with(path); });
    }

  private:
    class File final : public io::File {
      public:
        explicit File(std::shared_ptr<std::string> content) : content_(std::move(content)) {}
        Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
            if (offset >= content_->size()) return std::size_t{0};
            const std::size_t size = std::min<std::size_t>(out.size(), content_->size() - offset);
            if (size > 0) std::memcpy(out.data(), content_->data() + offset, size);
            return size;
        }
        Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
            for (const std::string_view piece : pieces) {
                if (content_->size() < offset + piece.size())
                    content_->resize(offset + piece.size());
                content_->replace(offset, piece.size(), piece);
                offset += piece.size();
            }
            return {};
        }
        Result<> sync() override { return {}; }
        Result<> truncate(std::uint64_t size) override {
            content_->resize(size);
            return {};
        }
        Result<> allocate(std::uint64_t, std::uint64_t) override { return {}; }
        Result<std::uint64_t> size() override { return content_->size(); }
        Result<> lock() override { return {}; }

      private:
        std::shared_ptr<std::string> content_;
    };
};

}  // namespace freshet
