// The table service (DynamoDB): tables, their items and indexes. It holds nothing in memory: each
// verb is one transaction of meta/, and a write completes after it is durable. One home core.
#pragma once
#include "io/core.h"
#include "meta/database.h"
#include "tables/errors.h"
#include "tables/expression/condition.h"
#include "tables/expression/update.h"
#include "tables/types.h"

namespace freshet::tables {

/// One write of one item.
struct Write {
    enum class Verb { put, update, remove, check };
    Verb verb = Verb::put;
    TableKey table;
    Item item;  ///< put: the item; else its key
    Update update;
    std::optional<Condition> condition;
};

/// What became of a write.
struct Written {
    bool is_refused = false;  ///< its condition did not hold; nothing was written
    std::optional<Item> before, after;
    double units = 0;
    std::vector<std::pair<std::string, double>> index_units;
};

/// A transaction: all of it, or nothing and why.
struct Outcome {
    struct Reason {
        std::string code = "None", message;
        std::optional<Item> item;
    };
    bool is_cancelled = false;
    std::vector<Reason> reasons;  ///< one for each write
    std::vector<Written> written;
};

struct Get {
    TableKey table;
    Item key;
};
struct Got {
    std::optional<Item> item;
    std::size_t bytes = 0;
};

/// A Query, when it has a key condition, or a Scan.
struct PageRequest {
    TableKey table;
    std::string index;
    std::optional<Condition> keys, filter;
    std::optional<Item> start;  ///< the key after which it continues
    std::optional<std::size_t> limit;
    bool is_forward = true, is_consistent = false;
    bool wants_all_attributes = false;  ///< also those that the index does not show
    std::size_t segment = 0, segments = 1;
};
struct Page {
    std::vector<Item> items;
    std::size_t scanned = 0, bytes = 0;
    std::optional<Item> last;  ///< where the next page starts; nothing: this was the last one
};

/// Nothing to load or to stop; the core and the database outlive every task that it gave. Calls
/// come on the home core in any order. A write completes when it is durable, all of a transaction
/// or none of it; a read sees every write that completed before it was called.
class Tables {
  public:
    Tables(io::Core& home, meta::Database& database) : home_(home), database_(database) {}
    io::Core& home() { return home_; }

    /// `attributes`: the kinds of the keys' attributes, as AttributeDefinitions gives them.
    io::Task<Result<Table>> create(Table wanted, std::vector<KeyPart> attributes, Tags tags);
    io::Task<Result<Table>> find(TableKey key);
    io::Task<Result<Table>> change(TableKey key, TableChange change);
    io::Task<Result<Table>> remove(TableKey key);
    /// At most `limit` names after `after.name`, in order; one more shows that there are more.
    io::Task<Result<std::vector<std::string>>> list(TableKey after, std::size_t limit);
    io::Task<Result<Tags>> tags(TableKey key);
    io::Task<Result<>> tag(TableKey key, Tags tags);
    io::Task<Result<>> untag(TableKey key, std::vector<std::string> names);

    io::Task<Result<Written>> write(Write write);
    /// Puts and removals without conditions, together.
    io::Task<Result<std::vector<Written>>> write_all(std::vector<Write> writes);
    /// `token` names the transaction for ten minutes, `digest` its content: again, it is done
    /// already.
    io::Task<Result<Outcome>> transact(std::vector<Write> writes, std::string token,
                                       std::string digest);
    /// All in one snapshot.
    io::Task<Result<std::vector<Got>>> get(std::vector<Get> wanted);
    io::Task<Result<Page>> page(PageRequest request);

  private:
    io::Core& home_;
    meta::Database& database_;
};

}  // namespace freshet::tables
