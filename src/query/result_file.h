// The file that a worker writes an execution's rows to, on its way to the result object.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "io/body_reader.h"
#include "io/core.h"

namespace freshet::query {

/// The name of a file that a worker writes; the destructor removes the file. Whoever reads it
/// shares the ownership.
class ResultFile {
  public:
    explicit ResultFile(std::string path) : path_(std::move(path)) {}
    ~ResultFile();
    ResultFile(const ResultFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

/// Its bytes, piece by piece; an error as soon as `cancelled` says so. `pool` outlives the reader.
std::shared_ptr<io::BodyReader> read_file(std::shared_ptr<ResultFile> file, io::Pool& pool,
                                          std::function<bool()> cancelled);

/// Makes the directory and removes what an earlier process left in it.
void clear_result_files(const std::string& directory);
/// A path for the execution of that id.
std::string result_path(const std::string& directory, const std::string& id);

}  // namespace freshet::query
