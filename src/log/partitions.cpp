// The log's one table: which partitions there are. Who makes one does so in the transaction that
// needs it.
#include "log/log.h"

namespace freshet::log {

Result<PartitionId> Log::create_in(meta::Txn& txn, std::string_view owner) {
    auto done = txn.execute("INSERT INTO log_partitions (owner) VALUES (?1)", {std::string(owner)});
    if (!done) return pass(done);
    return PartitionId(static_cast<std::uint64_t>(txn.last_row_id()));
}

Result<> Log::drop_in(meta::Txn& txn, PartitionId id) {
    auto done =
        txn.execute("DELETE FROM log_partitions WHERE id = ?1", {static_cast<std::int64_t>(*id)});
    if (!done) return pass(done);
    return {};
}

std::vector<meta::Migration> migrations() {
    return {{"log", 1,
             "CREATE TABLE log_partitions (id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT "
             "NULL)"}};
}

}  // namespace freshet::log
