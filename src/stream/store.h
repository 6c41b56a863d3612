// The tables of the stream service; the only file of it that touches the database.
#pragma once
#include <vector>

#include "meta/shape.h"
#include "stream/records/key_ring.h"
#include "stream/shards/reshard_plan.h"
#include "stream/types.h"

namespace freshet::stream::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

/// A reshard whose shards are written and whose cut may not have been made: the log shows it.
struct Unsettled {
    std::int64_t stream = 0;
    std::vector<Born> born;
};
struct Loaded {
    std::vector<Stream> streams;
    std::vector<Unsettled> unsettled;
    std::vector<WrappedKey> keys;
    // by account and region
    std::map<Home, Commitment> commitments;
};
Result<Loaded> load(const meta::Connection& connection);
/// Sets the ids of the stream and of its shards' partitions.
Result<> insert(meta::Txn& txn, Stream& stream);
Result<> update(meta::Txn& txn, const Stream& stream);
Result<> remove(meta::Txn& txn, const Stream& stream);

/// Writes the shards of `plan` as not yet there, and makes partitions for those that stay.
Result<> prepare_reshard(meta::Txn& txn, std::int64_t stream, std::vector<Born>& born);
/// The cut was made: `closed` are as they ended, `born` as they began.
Result<> settle_reshard(meta::Txn& txn, std::int64_t stream, const std::vector<Shard>& closed,
                        const std::vector<Shard>& born);
/// It was not: what prepare_reshard() wrote goes.
Result<> discard_reshard(meta::Txn& txn, std::int64_t stream, const std::vector<Born>& born);
/// The end of a shard that retention has passed over.
Result<> remove_shard(meta::Txn& txn, std::int64_t stream, const Shard& shard);
/// Sets the consumer's id.
Result<> insert_consumer(meta::Txn& txn, std::int64_t stream, Consumer& consumer);
Result<> remove_consumer(meta::Txn& txn, std::int64_t consumer);
Result<> write_consumer_tags(meta::Txn& txn, const Consumer& consumer);
Result<> write_consumer_policy(meta::Txn& txn, const Consumer& consumer);

/// Sets the key's id.
Result<> insert_key(meta::Txn& txn, WrappedKey& key);
Result<> rewrap_key(meta::Txn& txn, const WrappedKey& key);
Result<> write_commitment(meta::Txn& txn, const Home& home, const Commitment& commitment);

/// The key that iterators are signed with; made at the first call.
Result<std::string> iterator_key(meta::Txn& txn);

/// How far the log must reach at least.
Result<std::vector<log::Claim>> claims(const meta::Connection& connection);

}  // namespace freshet::stream::store
