// The object engine: buckets, objects, multipart uploads. Keys are bytes in an ordered index
// (meta/); the bytes of objects lie in files that are written and synced before the index names
// them. Any core may call it.
#pragma once
#include <functional>
#include <memory>

#include "io/body_reader.h"
#include "io/core.h"
#include "meta/database.h"
#include "objects/compaction.h"
#include "objects/files/blobs.h"
#include "objects/holds.h"
#include "objects/known_buckets.h"
#include "objects/known_objects.h"
#include "objects/swap.h"
#include "objects/types.h"

namespace freshet::objects {

class Objects {
  public:
    /// `keys`: the file of the master keys of encrypted objects.
    Objects(io::Core& home, meta::Database& database, io::Disk& disk, std::string directory,
            std::string keys, io::Pool& pool);
    ~Objects();
    /// What is known of the directory that is opened.
    struct Found {
        std::int64_t run = 0;         ///< number of this run of the server: names its files
        bool index_is_older = false;  ///< than the files: a backup of meta.db was put in
    };
    /// Quarantines what no index entry names, says which files are missing; before the cores run.
    Result<> open(Found found, Timestamp now);
    void start();
    io::Task<void> stop();

    io::Task<Result<>> create_bucket(std::string account, std::string region, std::string name,
                                     Settings settings = {});
    io::Task<Result<>> remove_bucket(std::string name);
    io::Task<Result<Bucket>> find_bucket(std::string name);
    io::Task<Result<Settings>> settings(std::string bucket);
    /// Writes one; without a value it is no longer set.
    io::Task<Result<>> set(std::string bucket, std::string name, std::optional<std::string> value);
    io::Task<Result<std::vector<Bucket>>> list_buckets(std::string account);

    /// Reads `body` to its end into files, encrypted when asked. Nothing is visible yet.
    io::Task<Result<Staged>> stage(std::shared_ptr<io::BodyReader> body,
                                   Encryption encryption = Encryption::none);
    io::Task<Result<Staged>> stage(std::vector<Bytes> pieces,
                                   Encryption encryption = Encryption::none);
    /// How bodies of `bucket` are staged that nothing else is asked for; a bucket that is not there
    /// asks for nothing.
    io::Task<Result<Encryption>> default_encryption(std::string bucket);
    /// Makes staged bytes the object `key`, within `txn`: visible with everything else that the
    /// transaction does.
    static Result<ObjectInfo> publish_in(meta::Txn& txn, const std::string& bucket,
                                         const std::string& key, const Staged& staged,
                                         Attributes attributes, const WriteCondition& condition,
                                         Timestamp now);
    /// What is refused is discarded.
    io::Task<Result<ObjectInfo>> publish(std::string bucket, std::string key, Staged staged,
                                         Attributes attributes, WriteCondition condition);
    /// Gives back the space of staged bytes that nobody published.
    io::Task<void> discard(Staged staged);
    /// A directory on the engine's file system for files that other processes write; emptied at
    /// open().
    std::string scratch_directory() const;
    /// Makes staged bytes of a closed file of the scratch directory: a large one is moved, any
    /// other copied and removed. After an error the file is still there.
    io::Task<Result<Staged>> adopt(std::string path, Encryption encryption = Encryption::none);

    /// Applies `swap` within `txn`. Errc::condition, with the key in the text, when an object to
    /// remove or to move is gone or has another version, when the key of one that comes is taken,
    /// or when a multipart upload of one of the keys is open. What `added` staged stays the
    /// caller's to discard then.
    static Result<> swap_in(meta::Txn& txn, const Swap& swap, Timestamp now);
    io::Task<Result<>> swap(Swap swap);
    /// While it lives, no bytes are removed that are visible now: take it before objects are found
    /// that are read at length. Any thread may take and drop it; not after this object's end.
    std::shared_ptr<const void> hold() { return holds_.take(); }

    io::Task<Result<ObjectInfo>> find(std::string bucket, std::string key);
    /// All objects under `prefix`, in order of keys, with their files: as of one moment.
    io::Task<Result<std::vector<ObjectInfo>>> locate(std::string bucket, std::string prefix);
    /// The bytes [offset, offset + size) of `object`, the first piece read and all files found:
    /// Errc::lost names the one that is missing. The object may be deleted meanwhile.
    io::Task<Result<std::shared_ptr<io::BodyReader>>> open_body(ObjectInfo object,
                                                                std::uint64_t offset,
                                                                std::uint64_t size);
    /// The same for who reads it all before it answers.
    std::shared_ptr<io::BodyReader> read(const ObjectInfo& object, std::uint64_t offset,
                                         std::uint64_t size);
    /// The file that an extent lies in: for a process that reads it itself.
    std::string path_of(const Extent& extent) const { return blobs_.path_of(extent.file); }
    /// The key that opens it (base/crypto/sealed_chunks.h), empty when it is not encrypted: for
    /// such a process. Errc::key_unavailable.
    Result<std::string> key_of(const Extent& extent) const {
        return extent.key ? keys_.unwrap(*extent.key) : std::string();
    }

    io::Task<Result<>> remove(std::string bucket, std::string key);
    /// One outcome a deletion, in order: Errc::condition, or Errc::no_key when `must_match` finds
    /// none.
    io::Task<Result<std::vector<Result<>>>> remove_many(std::string bucket,
                                                        std::vector<Deletion> deletions);
    /// What the copy is, given its source as the transaction sees it; its error refuses the copy.
    using Transform = std::function<Result<ObjectInfo>(const ObjectInfo& source)>;
    /// Copies no bytes. The copy's key and time are set by the engine.
    io::Task<Result<ObjectInfo>> copy(std::string from_bucket, std::string from_key,
                                      std::string bucket, std::string key, Transform transform,
                                      WriteCondition condition);
    /// Changes an object's attributes in place; it stays the same object, of the same time.
    io::Task<Result<ObjectInfo>> change(std::string bucket, std::string key,
                                        std::function<void(Attributes&)> change);
    io::Task<Result<ListPage>> list(std::string bucket, ListRequest request);

    io::Task<Result<Upload>> begin_upload(std::string bucket, std::string key,
                                          Attributes attributes);
    /// What is refused is discarded.
    io::Task<Result<PartInfo>> put_part(std::string bucket, std::string key, std::string upload,
                                        int number, Staged staged, Attributes attributes);
    io::Task<Result<Upload>> find_upload(std::string bucket, std::string key, std::string upload);
    io::Task<Result<UploadedParts>> list_parts(std::string bucket, std::string key,
                                               std::string upload);
    io::Task<Result<UploadPage>> list_uploads(std::string bucket, UploadListRequest request);
    /// The attributes of an object, from those of its upload and the parts that it is made of, in
    /// order.
    using Assemble =
        std::function<Result<Attributes>(const Upload& upload, const std::vector<PartInfo>& parts)>;
    /// Completing an upload again, with the same parts, gives the same object while that is there.
    io::Task<Result<ObjectInfo>> complete_upload(std::string bucket, std::string key,
                                                 std::string upload,
                                                 std::vector<CompletedPart> parts,
                                                 WriteCondition condition, Assemble assemble);
    io::Task<Result<>> abort_upload(std::string bucket, std::string key, std::string upload);

  private:
    io::Task<Result<std::shared_ptr<const KnownBucket>>> known_bucket(std::string name);
    io::Task<void> sweep();
    io::Task<void> remove_dead(std::int64_t pack);
    void tell_of(const std::vector<std::int64_t>& missing) const;
    Result<> empty_scratch();
    io::Task<Result<Staged>> copy_in(const std::string& path, Encryption encryption);
    io::Core& home_;
    meta::Database& database_;
    io::Disk& disk_;
    io::Pool& pool_;
    const std::string directory_;
    ObjectKeys keys_;
    Blobs blobs_;
    KnownBuckets known_buckets_;
    std::optional<KnownObjects> known_objects_;  ///< from open() on
    Holds holds_;
    std::int64_t keep_until_ms_ = 0;  ///< files that die until then go to the quarantine
    io::StopFlag stop_;
    Compaction compaction_;
    io::Scope loops_;
};

/// One page of a listing; a plain function over the index.
Result<ListPage> list_page(const meta::Connection& connection, std::int64_t bucket,
                           const ListRequest& request);
/// One page of `uploads`, which are in order of keys and ids.
UploadPage upload_page(std::vector<Upload> uploads, const UploadListRequest& request);

}  // namespace freshet::objects
