// A look at a database that was not closed, before its write-ahead log may move into its file: a
// log of another copy would destroy the file. Nothing is changed, whatever is found.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace freshet::meta {

/// A larger file is not read whole: a second or two of a start after a kill.
inline constexpr std::uint64_t inspected_bytes_max = 64ULL * 1024 * 1024;

class Inspection {
  public:
    /// Errc::corrupt when the file and the log beside it do not fit one another.
    static Result<Inspection> open(const std::string& path);
    Inspection(Inspection&& other) noexcept;
    Inspection& operator=(Inspection&&) = delete;
    ~Inspection();
    /// The answer's rows, each column as text.
    Result<std::vector<std::vector<std::string>>> rows(const std::string& sql) const;

  private:
    Inspection(std::string path, void* handle);
    Result<> check() const;
    std::string path_;
    void* handle_;
};

}  // namespace freshet::meta
