// The tables of the object engine; the only file of it that touches the database.
#pragma once
#include <functional>

#include "meta/shape.h"
#include "objects/notices/notices.h"
#include "objects/types.h"

namespace freshet::objects::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

/// Files that extents lie in, and files that lost their last one, ascending.
Result<std::vector<std::int64_t>> held_files(const meta::Connection& connection);
Result<std::vector<std::int64_t>> dying_files(const meta::Connection& connection);
/// Until when files that lose their last extent go to the quarantine: an older index was put in,
/// and the newer one may come back. 0: not at all.
Result<std::int64_t> keep_until_ms(const meta::Connection& connection);
Result<> set_keep_until_ms(meta::Txn& txn, std::int64_t until_ms);

Result<Bucket> find_bucket(const meta::Connection& connection, const std::string& name);
Result<std::vector<Bucket>> list_buckets(const meta::Connection& connection,
                                         const std::string& account);
Result<> insert_bucket(meta::Txn& txn, const Bucket& bucket);
Result<> remove_bucket(meta::Txn& txn, const Bucket& bucket);
Result<Settings> settings(const meta::Connection& connection, std::int64_t bucket);
Result<> set(meta::Txn& txn, std::int64_t bucket, const std::string& name,
             const std::optional<std::string>& value);

/// Of an object's versions (meta/versions.h): every change of its row or its extents' is noted.
std::uint64_t hash_of_object(std::int64_t bucket, const std::string& key);
/// Errc::no_key.
Result<ObjectInfo> find_object(const meta::Connection& connection, std::int64_t bucket,
                               const std::string& key);
/// Replaces the object; its old extents are released. New extents (id 0) are entered, others are
/// shared.
Result<> put_object(meta::Txn& txn, std::int64_t bucket, ObjectInfo object, Cause cause);
/// Writes the attributes of an object that is there.
Result<> change_attributes(meta::Txn& txn, std::int64_t bucket, const ObjectInfo& object);
/// False when there was none.
Result<bool> remove_object(meta::Txn& txn, std::int64_t bucket, const std::string& key,
                           Timestamp now);
/// Objects in order of keys as bytes, from `from` (itself included when `is_inclusive`), at most
/// `count`.
Result<std::vector<ObjectInfo>> scan(const meta::Connection& connection, std::int64_t bucket,
                                     const std::string& from, bool is_inclusive, std::size_t count);

Result<> insert_upload(meta::Txn& txn, std::int64_t bucket, const Upload& upload);
Result<Upload> find_upload(const meta::Connection& connection, std::int64_t bucket,
                           const std::string& key, const std::string& id);
/// In order of keys, then of ids.
Result<std::vector<Upload>> list_uploads(const meta::Connection& connection, std::int64_t bucket,
                                         const std::string& prefix);
/// Releases the parts' extents, except those that the object was made of.
Result<> remove_upload(meta::Txn& txn, const std::string& id);
Result<> put_part(meta::Txn& txn, const std::string& upload, PartInfo part);
Result<std::vector<PartInfo>> list_parts(const meta::Connection& connection,
                                         const std::string& upload);

/// Files without extents, released before `before_ms`, of which `may_go` holds; forgets them.
Result<std::vector<std::int64_t>> take_dead_files(meta::Txn& txn, std::int64_t before_ms,
                                                  const std::function<bool(std::int64_t)>& may_go);
/// Notes when files lost their last extent; `pack`, which takes entries, never lost it before now.
/// Returns those that are noted for the first time, and `pack`.
Result<std::vector<std::int64_t>> note_dead_files(meta::Txn& txn, std::int64_t now_ms,
                                                  std::int64_t pack);

}  // namespace freshet::objects::store
