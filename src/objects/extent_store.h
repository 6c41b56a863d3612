// The table of extents: where each lies, which key opens it, how much of each pack nobody holds any
// more. An object's row names its extents by id; where an extent lies now, its own row says, so
// that compaction moves many of them in one commit without touching an object.
#pragma once
#include <vector>

#include "meta/shape.h"
#include "objects/types.h"

namespace freshet::objects::store {

/// Tables and columns of this file; the service "objects-extents".
std::vector<meta::Migration> extent_migrations();
std::vector<meta::Shape> extent_shapes();

/// Enters new extents (id 0) and takes a hold on the others.
Result<> hold(meta::Txn& txn, std::vector<Extent>& extents);
/// Gives a hold back; an extent that nobody holds is gone, and its bytes are garbage.
Result<> release(meta::Txn& txn, const std::vector<Extent>& extents);
/// Sets where the extents lie and their keys; those that are gone meanwhile stay as they are.
Result<> resolve(const meta::Connection& connection, std::vector<Extent>& extents);
/// Of each master key that the index names, a key under it; by number.
Result<std::vector<io::WrappedKey>> keys_by_master(const meta::Connection& connection);

struct Garbage {
    std::int64_t file = 0;
    std::uint64_t bytes = 0;  ///< of entries that nobody holds
};
Result<std::uint64_t> garbage_in(const meta::Connection& connection, std::int64_t file);
/// Packs with garbage and with extents, of numbers above `after`, by number.
Result<std::vector<Garbage>> packs_with_garbage(const meta::Connection& connection,
                                                std::int64_t after, std::size_t count);
/// Extents of `file` with ids above `after`, by id.
Result<std::vector<Extent>> extents_in(const meta::Connection& connection, std::int64_t file,
                                       std::int64_t after, std::size_t count);
/// The extents now lie where `to` says, each at its index; those that are gone meanwhile leave
/// garbage there. The file that they left is dead when none is left in it.
Result<> move(meta::Txn& txn, const std::vector<Extent>& from, const std::vector<Extent>& to);

/// An index from before this table knew places: whether there is anything to learn.
Result<bool> has_unplaced(const meta::Connection& connection);
/// Learns places from the rows of objects and parts, a number of them from `at` on; false at the
/// end.
struct SurveyPlace {
    std::int64_t bucket = 0;
    std::string key;
    bool is_in_parts = false;
    std::string upload;
    int part = 0;
};
Result<bool> learn_places(meta::Txn& txn, SurveyPlace& at, std::size_t rows);
/// Bytes that extents hold in each file of small ones.
Result<std::vector<Garbage>> held_in_packs(const meta::Connection& connection);
Result<> set_garbage(meta::Txn& txn, const std::vector<Garbage>& garbage);

/// "id:file:offset:size;..." as objects and parts keep them: the place is that of the first write.
std::string pack_extents(const std::vector<Extent>& extents);
std::vector<Extent> unpack_extents(const std::string& text);

}  // namespace freshet::objects::store
