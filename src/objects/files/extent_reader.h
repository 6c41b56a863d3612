// The bytes of an object, from the files that its extents lie in, read on the pool. begin() opens
// the files: what is open stays readable, whatever becomes of its name.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "io/core.h"
#include "io/http/file_body.h"
#include "objects/files/blobs.h"
#include "objects/types.h"

namespace freshet::objects {

class ExtentReader final : public io::FileBody {
  public:
    /// The bytes [offset, offset + size) of what `extents` are together.
    ExtentReader(Blobs& blobs, io::Pool& pool, std::vector<Extent> extents, std::uint64_t offset,
                 std::uint64_t size);
    /// Finds every file that the bytes lie in and reads the first piece. Errc::lost names a file
    /// that is missing or too short: what is answered then is an error, not half an object.
    io::Task<Result<>> begin();
    io::Task<Result<Bytes>> read() override;
    std::optional<Bytes> take_whole() override;
    std::optional<io::FileRun> run() override;
    void skip(std::uint64_t bytes) override { advance(bytes); }

  private:
    std::optional<Bytes> read_cached_piece();
    void advance(std::uint64_t bytes);
    Result<> open_all();
    Result<std::shared_ptr<io::File>> file_of(const Extent& extent);
    Result<Bytes> read_piece(std::uint64_t bytes_max);

    Blobs& blobs_;
    io::Pool& pool_;
    std::vector<Extent> extents_;
    std::size_t next_ = 0;
    std::uint64_t offset_, left_;
    std::map<std::int64_t, std::shared_ptr<io::File>> files_;  ///< limits::reader_files_max
    std::optional<Bytes> first_;
};

}  // namespace freshet::objects
