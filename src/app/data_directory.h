// The data directory: one server at a time, one format. docs/formats/data-directory.md says what is
// inside.
#pragma once
#include <memory>
#include <string>

#include "io/disk.h"

namespace freshet::app {

inline constexpr int data_format = 1;

class DataDirectory {
  public:
    /// Makes `path` when missing, takes its lock, checks or writes FORMAT. Errc::busy when another
    /// server has it, Errc::invalid when its format is newer than this program's.
    static Result<DataDirectory> open(io::Disk& disk, const std::string& path);
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    std::unique_ptr<io::File> lock_;
};

}  // namespace freshet::app
