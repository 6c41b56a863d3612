// The files that hold objects' bytes: packs, which small objects share, and one file for each large one.
// docs/formats/objects.md. A file is named by its number; what is inside, the index alone says.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/bytes.h"
#include "base/digest.h"
#include "io/core.h"
#include "io/disk.h"
#include "objects/types.h"

namespace freshet::objects {

class Blobs {
  public:
    Blobs(io::Disk& disk, std::string directory, io::Pool& pool) : disk_(disk), directory_(std::move(directory)), pool_(pool) {}
    ~Blobs();
    /// Removes files that are not `live`; numbers go on behind `last_file`.
    Result<> open(const std::vector<std::int64_t>& live, std::int64_t last_file);

    /// Takes an object's bytes piece by piece. Small ones stay in memory until finish(), and then share one
    /// write and one fsync with others in a pack; large ones go to a file as they come.
    class Writer {
      public:
        explicit Writer(Blobs& blobs) : blobs_(blobs) {}
        io::Task<Result<>> write(Bytes piece);
        /// Synced when it completes.
        io::Task<Result<Staged>> finish();

      private:
        io::Task<Result<>> spill();
        Blobs& blobs_;
        Hasher md5_{Hasher::Kind::md5};
        std::vector<Bytes> held_;
        std::uint64_t size_ = 0, written_ = 0;
        std::int64_t file_ = 0;
        std::shared_ptr<io::File> large_;
    };

    /// Up to `size` bytes of an extent from `offset` within it. Blocks.
    Result<Bytes> read(const Extent& extent, std::uint64_t offset, std::uint64_t size);
    std::string path_of(std::int64_t file) const;
    Result<> remove(std::int64_t file);
    /// The pack that is being written: not to be removed.
    std::int64_t current_pack() const;

  private:
    struct Packing {
        std::vector<Bytes> pieces;
        std::uint64_t size = 0;
        std::function<void(Result<Extent>)> done;
    };
    void pack_loop();
    Result<> begin_pack();
    void write_group(std::vector<Packing>& group);
    io::Task<Result<Extent>> pack(std::vector<Bytes> pieces, std::uint64_t size);
    std::int64_t next_file();

    io::Disk& disk_;
    std::string directory_;
    io::Pool& pool_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Packing> waiting_;
    std::int64_t last_file_ = 0, pack_ = 0;
    std::unique_ptr<io::File> pack_file_;  ///< the pack thread's
    std::uint64_t pack_end_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace freshet::objects
