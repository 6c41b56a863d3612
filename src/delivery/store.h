// The tables of the delivery service; the only file of it that touches the database.
#pragma once
#include <map>
#include <vector>

#include "delivery/types.h"
#include "meta/shape.h"

namespace freshet::delivery {

/// What one object holds of each partition: records [first, next).
struct CutRange {
    log::PartitionId partition;
    log::Ordinal first = 0, next = 0;
};

/// An object that is being made: written down before its upload, so that a restart makes the same
/// one again.
struct Cut {
    std::string key;  ///< of the object
    std::vector<CutRange> ranges;
};

namespace store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

struct Loaded {
    DeliveryStream stream;
    std::map<std::uint64_t, log::Ordinal> positions;  ///< by partition: the next record to deliver
    std::optional<Cut> cut;
};
Result<std::vector<Loaded>> load(const meta::Connection& connection);
Result<> insert(meta::Txn& txn, DeliveryStream& stream);
/// Sets the inbox of its sealed records; update() then stores it.
Result<> make_sealed_inbox(meta::Txn& txn, DeliveryStream& stream);
Result<> update(meta::Txn& txn, const DeliveryStream& stream);
Result<> remove(meta::Txn& txn, const DeliveryStream& stream);
Result<> set_position(meta::Txn& txn, std::int64_t stream, log::PartitionId partition,
                      log::Ordinal next);
Result<> write_cut(meta::Txn& txn, std::int64_t stream, const Cut& cut);
/// Moves the positions after the cut and removes the cut.
Result<> finish_cut(meta::Txn& txn, std::int64_t stream, const Cut& cut);

/// How far the log must reach at least.
Result<std::vector<log::Claim>> claims(const meta::Connection& connection);

}  // namespace store

}  // namespace freshet::delivery
