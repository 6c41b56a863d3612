// Notices: what became of the objects under a prefix, for a named listener that must miss nothing.
// A notice is written in the transaction that makes the change, so that it is there exactly when
// the change is; it stays until the listener says, in a transaction of its own, that it is done
// with it. Puts, copies, completed uploads, deliveries, swaps and deletions give notices;
// compaction and changes of attributes do not.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "io/core.h"
#include "meta/database.h"
#include "meta/shape.h"
#include "objects/types.h"

namespace freshet::meta {
class Announcements;
}

namespace freshet::objects {

/// What a notice is of; numbers are stored.
enum class Cause { put, copied, completed, moved, removed };

struct Notice {
    std::int64_t number = 0;  ///< later commits have greater ones
    std::string bucket, key;
    Cause cause = Cause::put;
    std::uint64_t size = 0;  ///< 0 of one that was removed
    std::string etag;
    Timestamp at;
};

/// The objects of `bucket` whose keys begin with `prefix`. The bucket need not be there yet.
struct NoticePlace {
    std::string bucket, prefix;
};

/// Functions of any service that has a listener, named as it likes: "crawler/7".
namespace notices {

/// From this transaction on the listener hears of `places` and of no other; notices that it has not
/// taken stay. None: of nothing.
Result<> listen_in(meta::Txn& txn, const std::string& listener,
                   const std::vector<NoticePlace>& places);
/// The listener and its notices are forgotten.
Result<> forget_in(meta::Txn& txn, const std::string& listener);
/// The oldest that it is not done with, in order, at most `count_max`.
Result<std::vector<Notice>> pending(const meta::Connection& connection, const std::string& listener,
                                    std::size_t count_max);
/// It is done with the notices up to `number`, and with all else that `txn` does.
Result<> done_in(meta::Txn& txn, const std::string& listener, std::int64_t number);
/// For store.cpp: a change of an object of `bucket` (its id).
Result<> record(meta::Txn& txn, std::int64_t bucket, const Notice& change);

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

}  // namespace notices

/// Wakes listeners. Made before any core runs; watch() on any core, as long as the database lives.
class NoticeBell {
  public:
    explicit NoticeBell(const meta::Database& database);
    /// Calls `heard` on `core` after each durable commit that made notices for the listener, until
    /// the answer is dropped, on `core`. What was there before is not reported: ask pending()
    /// first.
    std::shared_ptr<const void> watch(io::Core& core, const std::string& listener,
                                      std::function<void()> heard);

  private:
    meta::Announcements* announcements_ = nullptr;
};

}  // namespace freshet::objects
