// Files of a conversion that nothing else knows.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/core.h"

namespace freshet::delivery {

/// A directory that is removed, some time after its object's end, with all that is in it.
class Scratch {
  public:
    Scratch(io::Pool& pool, std::string path) : pool_(pool), path_(std::move(path)) {}
    ~Scratch();
    Scratch(const Scratch&) = delete;
    const std::string& path() const { return path_; }
    /// Again does nothing. Blocks.
    Result<> create() const;

  private:
    io::Pool& pool_;
    const std::string path_;
};

/// A new one below `directory`, which is the object engine's.
std::shared_ptr<Scratch> make_scratch(io::Pool& pool, const std::string& directory);

/// A file of text, written in pieces. Everything blocks.
class TextFile {
  public:
    explicit TextFile(const std::string& path);
    ~TextFile();
    TextFile(const TextFile&) = delete;
    Result<> write(std::string_view bytes);
    std::uint64_t size() const { return size_; }

  private:
    const std::string path_;
    const int descriptor_;
    std::uint64_t size_ = 0;
};

/// CRC64NVME of a whole file. Blocks.
Result<std::uint64_t> crc64nvme_of(const std::string& path);

}  // namespace freshet::delivery
