// The object engine: buckets, objects, multipart uploads. Keys are bytes in an ordered index (meta/); the bytes of
// objects lie in files that are written and synced before the index names them. Any core may call it.
#pragma once
#include <functional>
#include <memory>

#include "io/core.h"
#include "io/http.h"
#include "meta/database.h"
#include "objects/blobs.h"
#include "objects/types.h"

namespace freshet::objects {

class Objects {
  public:
    Objects(io::Core& home, meta::Database& database, io::Disk& disk, std::string directory, io::Pool& pool);
    ~Objects();
    /// What is known of the directory that is opened.
    struct Found {
        std::int64_t run = 0;        ///< number of this run of the server: names its files
        bool index_is_older = false;  ///< than the files: a backup of meta.db was put in
    };
    /// Quarantines what no index entry names, says which files are missing; before the cores run.
    Result<> open(Found found, Timestamp now);
    void start();
    io::Task<void> stop();

    io::Task<Result<>> create_bucket(std::string account, std::string region, std::string name);
    io::Task<Result<>> remove_bucket(std::string name);
    io::Task<Result<Bucket>> find_bucket(std::string name);
    io::Task<Result<std::vector<Bucket>>> list_buckets(std::string account);

    /// Reads `body` to its end into files. Nothing is visible yet.
    io::Task<Result<Staged>> stage(std::shared_ptr<io::BodyReader> body);
    io::Task<Result<Staged>> stage(std::vector<Bytes> pieces);
    /// Makes staged bytes the object `key`, within `txn`: visible with everything else that the transaction does.
    static Result<ObjectInfo> publish_in(meta::Txn& txn, const std::string& bucket, const std::string& key, const Staged& staged,
                                         Attributes attributes, const WriteCondition& condition, Timestamp now);
    io::Task<Result<ObjectInfo>> publish(std::string bucket, std::string key, Staged staged, Attributes attributes, WriteCondition condition);

    io::Task<Result<ObjectInfo>> find(std::string bucket, std::string key);
    /// The bytes [offset, offset + size) of `object`, the first piece read and all files found: Errc::lost names the one
    /// that is missing. The object may be deleted meanwhile.
    io::Task<Result<std::shared_ptr<io::BodyReader>>> open_body(ObjectInfo object, std::uint64_t offset, std::uint64_t size);
    /// The same for who reads it all before it answers.
    std::shared_ptr<io::BodyReader> read(const ObjectInfo& object, std::uint64_t offset, std::uint64_t size);
    /// The file that an extent lies in: for a process that reads it itself.
    std::string path_of(const Extent& extent) const { return blobs_.path_of(extent.file); }

    io::Task<Result<>> remove(std::string bucket, std::string key);
    io::Task<Result<>> remove_many(std::string bucket, std::vector<std::string> keys);
    /// Copies no bytes.
    io::Task<Result<ObjectInfo>> copy(std::string from_bucket, std::string from_key, std::string bucket, std::string key,
                                      std::optional<Attributes> attributes, WriteCondition condition);
    io::Task<Result<ListPage>> list(std::string bucket, ListRequest request);

    io::Task<Result<Upload>> begin_upload(std::string bucket, std::string key, Attributes attributes);
    io::Task<Result<PartInfo>> put_part(std::string bucket, std::string key, std::string upload, int number, Staged staged, Attributes attributes);
    io::Task<Result<PartInfo>> copy_part(std::string bucket, std::string key, std::string upload, int number, ObjectInfo source);
    io::Task<Result<std::vector<PartInfo>>> list_parts(std::string bucket, std::string key, std::string upload);
    io::Task<Result<std::vector<Upload>>> list_uploads(std::string bucket, std::string prefix);
    io::Task<Result<ObjectInfo>> complete_upload(std::string bucket, std::string key, std::string upload, std::vector<CompletedPart> parts, WriteCondition condition);
    io::Task<Result<>> abort_upload(std::string bucket, std::string key, std::string upload);

  private:
    io::Task<void> sweep();
    io::Task<void> remove_dead();
    void tell_of(const std::vector<std::int64_t>& missing) const;
    io::Core& home_;
    meta::Database& database_;
    io::Pool& pool_;
    Blobs blobs_;
    std::int64_t keep_until_ms_ = 0;  ///< files that die until then go to the quarantine
    io::StopFlag stop_;
    io::Scope loops_;
};

/// One page of a listing; a plain function over the index.
Result<ListPage> list_page(const meta::Connection& connection, std::int64_t bucket, const ListRequest& request);

}  // namespace freshet::objects
