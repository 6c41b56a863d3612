// The history of executions on disk; the only file of the service that touches meta/.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "meta/shape.h"
#include "query/types.h"

namespace freshet::query::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

struct Stored {
    Execution execution;
    std::vector<Column> columns;
    std::int64_t update_count = 0;
    std::string token;        ///< ClientRequestToken, "" without one
    std::string fingerprint;  ///< of the request that the token came with
};

Result<> insert(meta::Txn& txn, const Stored& stored);
Result<> update(meta::Txn& txn, const Stored& stored);
Result<std::optional<Stored>> find(const meta::Connection& connection, const Home& home,
                                   const std::string& id);
Result<std::optional<Stored>> find_token(const meta::Connection& connection, const Home& home,
                                         const std::string& token);
/// Newest first, those before row `before` (0: from the newest); gives the row of each id.
Result<std::vector<std::pair<std::int64_t, std::string>>> list(const meta::Connection& connection,
                                                               const Home& home,
                                                               const std::string& work_group,
                                                               std::int64_t before, int count);
/// Marks what is queued or running as failed.
Result<> fail_unfinished(meta::Txn& txn, std::int64_t now_ms);
/// Forgets what ended before `ms`.
Result<> forget_before(meta::Txn& txn, std::int64_t ms);

}  // namespace freshet::query::store
