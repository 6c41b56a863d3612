// The files that hold objects' bytes: packs, which small objects share, and one file for each large
// one. docs/formats/objects.md. A file is named by its number; what is inside, the index alone
// says.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/bytes.h"
#include "base/crypto/md5_lanes.h"
#include "io/core.h"
#include "io/disk.h"
#include "io/files/room.h"
#include "io/gathering.h"
#include "objects/files/md5_queue.h"
#include "objects/files/object_keys.h"
#include "objects/files/open_packs.h"
#include "objects/files/quarantine.h"
#include "objects/types.h"

namespace freshet::objects {

/// Life: open() once, before the cores run; then any core stages and reads; the destructor ends the
/// pack thread after what waits is written and synced. Bytes are nobody's until the index names
/// them; those of a pack may still be on their way to the disk when the call that wrote them
/// completes, and the commit that names them waits for that. A failed fsync ends the process.
class Blobs {
  public:
    Blobs(io::Disk& disk, std::string directory, io::Pool& pool, ObjectKeys& keys)
        : disk_(disk),
          directory_(std::move(directory)),
          pool_(pool),
          keys_(keys),
          md5s_(pool),
          quarantine_(disk, directory_ + "/quarantine") {}
    ~Blobs();
    /// What the index names, ascending.
    struct Named {
        std::vector<std::int64_t> held;   ///< by an extent
        std::vector<std::int64_t> dying;  ///< by none any more, to be removed
    };
    /// Moves files that are not named to the quarantine and takes named ones out of it. New files
    /// get numbers from `first_file` on at least. Returns the held ones that are nowhere.
    Result<std::vector<std::int64_t>> open(const Named& named, std::int64_t first_file,
                                           Timestamp now);
    const Quarantine& quarantine() const { return quarantine_; }

    /// Takes an object's bytes piece by piece. Small ones stay in memory until finish(), and then
    /// share one write and one fsync with others in a pack; large ones go to a file as they come.
    /// One task: write() any number of times, then finish() or, when it failed or the body did,
    /// abandon(). Must not outlive its Blobs.
    class Writer {
      public:
        Writer(Blobs& blobs, Encryption encryption) : blobs_(blobs), encryption_(encryption) {}
        io::Task<Result<>> write(Bytes piece);
        /// Written when it completes; Staged says when it is synced.
        io::Task<Result<Staged>> finish();
        /// Removes what was written of a body that did not come to its end.
        io::Task<void> abandon();

      private:
        io::Task<Result<>> spill();
        io::Task<Result<>> begin_sealing();
        Result<> write_pieces(const std::vector<Bytes>& pieces);
        Result<> write_rest();
        Blobs& blobs_;
        Encryption encryption_;
        std::optional<Sealer> sealer_;
        std::optional<io::WrappedKey> key_;
        Md5Stream md5_;
        std::vector<Bytes> held_;
        std::uint64_t size_ = 0, written_ = 0;
        std::int64_t file_ = 0;
        std::shared_ptr<io::File> large_;
        bool is_finished_ = false;
    };

    /// Makes the closed file `path`, of the same file system and of `size` bytes, the file of one
    /// large body: digests, syncs and renames it. Blocks.
    Result<Staged> take_file(const std::string& path, std::uint64_t size);

    /// The file of `extent` when a reader may continue with it at once. Does not block.
    std::shared_ptr<io::File> opened_file(const Extent& extent);
    /// What `read()` gives, from the page cache: nothing when the disk must be asked or a key
    /// opens the bytes. Does not block.
    static std::optional<Bytes> read_cached(io::File& file, const Extent& extent,
                                            std::uint64_t offset, std::uint64_t size);
    /// Errc::lost when it is not there. Blocks, as all that follow do.
    Result<std::shared_ptr<io::File>> open_file_of(const Extent& extent);
    Result<std::shared_ptr<io::File>> open_file(std::int64_t file);
    /// Errc::lost when `file` ends before `extent` does.
    Result<> check_length(io::File& file, const Extent& extent);
    /// `size` bytes of `extent`, which lies in `file`, from `offset` within it.
    Result<Bytes> read(io::File& file, const Extent& extent, std::uint64_t offset,
                       std::uint64_t size);
    std::string path_of(std::int64_t file) const;
    /// Live entries of a pack as they are stored, for another one. Errc::corrupt when a checksum is
    /// wrong.
    Result<std::vector<Bytes>> read_entries(std::int64_t file, const std::vector<Extent>& extents);
    /// What lies in a pack, and when it is synced.
    struct Packed {
        Extent place;
        std::shared_future<void> synced;
    };
    /// Writes each of `entries` to the current pack.
    io::Task<Result<std::vector<Packed>>> pack_all(std::vector<Bytes> entries);
    /// Removes a file that nothing names; with `is_kept` it goes to the quarantine.
    Result<> retire(std::int64_t file, bool is_kept, Timestamp now);
    /// Removes what has lain in the quarantine since before `before`.
    Result<> expire(Timestamp before);
    /// The pack that is being written; 0 when there is none.
    std::int64_t current_pack() const;
    /// The next entry begins a new pack when `pack` is the one that is being written. An entry that
    /// is on its way may still land in `pack`.
    void seal(std::int64_t pack);

  private:
    /// What was not synced may be lost: nothing can be acknowledged after it.
    static void sync_or_stop(io::File& file, const std::string& path);
    Result<> put_away(std::int64_t file, Timestamp now);
    Result<> survey(int bucket, const Named& named, Timestamp now,
                    std::vector<std::int64_t>& found);
    struct Packing {
        std::vector<Bytes> pieces;
        std::uint64_t size = 0;
        std::function<void(Result<Packed>)> done;
        Md5Stream* md5 = nullptr;  ///< `pieces` are added to it when they are written
    };
    void pack_loop();
    void gather(std::unique_lock<std::mutex>& lock);
    /// With the mutex held: whether the pack thread is to be woken.
    bool is_group_due() const;
    Result<> begin_pack();
    static void hash_group(const std::vector<Packing>& group);
    void write_group(std::vector<Packing>& group);
    /// With `md5`, adds the pieces to it.
    io::Task<Result<Packed>> pack(std::vector<Bytes> pieces, std::uint64_t size, Md5Stream* md5);
    std::int64_t next_file();

    io::Disk& disk_;
    std::string directory_;
    io::Pool& pool_;
    ObjectKeys& keys_;
    Md5Queue md5s_;
    Quarantine quarantine_;  ///< open()'s, then the sweep's
    OpenPacks open_packs_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Packing> waiting_;
    io::Gathering gathering_;
    bool is_gathering_ = false;              ///< the pack thread sleeps until a group is whole
    std::int64_t last_file_ = 0, pack_ = 0;  ///< `pack_` is set by the pack thread alone
    bool is_sealed_ = true;                  ///< `pack_` takes no further entries
    std::unique_ptr<io::File> pack_file_;    ///< the pack thread's
    std::uint64_t pack_end_ = 0;             ///< of its entries
    io::Room room_;                          ///< after them
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace freshet::objects
