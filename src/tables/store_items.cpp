// Items and their entries: the item's bytes once, in tables_items; an entry in tables_entries for
// the table's own keys and for each index that the item belongs to.
#include <algorithm>

#include "base/check.h"
#include "meta/table.h"
#include "tables/store.h"

namespace freshet::tables::store {
namespace {

struct StoredItem {
    std::int64_t id = 0, table = 0;
    std::string item;
};
const auto items = meta::table<StoredItem>("tables_items", [](auto& column, auto& stored) {
    column.id("id", stored.id);
    column.fixed("tbl", stored.table);
    column("item", meta::blob(stored.item));
});

/// Where an item is in an index; `main` is the item's whole key in an index, "" in the table's own
/// keys.
struct Entry {
    std::int64_t index = 0;
    KeyBytes key;
    std::string main;
    std::int64_t item = 0;
};
const auto entries = meta::table<Entry>("tables_entries", [](auto& column, auto& entry) {
    column.key("idx", entry.index);
    column.key("slot", entry.key.slot);
    column.key("hash", meta::blob(entry.key.hash));
    column.key("range", meta::blob(entry.key.range));
    column.key("main", meta::blob(entry.main));
    column("item", entry.item);
});

meta::Value blob(const std::string& bytes) { return Bytes::copy(bytes); }

Result<> count(meta::Txn& txn, const Index& index, std::int64_t items, std::int64_t bytes) {
    if (items == 0 && bytes == 0) return {};
    return txn.run("UPDATE tables_indexes SET items = items + ?2, bytes = bytes + ?3 WHERE id = ?1",
                   {index.id, items, bytes});
}

Result<> put_entry(meta::Txn& txn, const Index& index, const KeyBytes& key, const std::string& main,
                   std::int64_t item) {
    return txn.run(entries.sql().insert,
                   {index.id, key.slot, blob(key.hash), blob(key.range), blob(main), item});
}

Result<> erase_entry(meta::Txn& txn, const Index& index, const KeyBytes& key,
                     const std::string& main) {
    return entries.remove(txn, {index.id, key.slot, blob(key.hash), blob(key.range), blob(main)});
}

/// An entry of an index as the item changes from one to the other; nullptr: no item.
Result<> move_entry(meta::Txn& txn, const Table& table, const Index& index, const Item* before,
                    const Item* after, std::int64_t id) {
    FRESHET_CHECK(before || after);
    std::optional<KeyBytes> from, to;
    std::int64_t bytes = 0;
    if (before && is_in(index, *before)) {
        from = key_of(index.keys, *before);
        bytes -= static_cast<std::int64_t>(bytes_of(projected(table, index, *before)));
    }
    if (after && is_in(index, *after)) {
        to = key_of(index.keys, *after);
        bytes += static_cast<std::int64_t>(bytes_of(projected(table, index, *after)));
    }
    const std::string main = joined(key_of(table.primary.keys, before ? *before : *after));
    if (from != to) {
        if (from)
            if (auto gone = erase_entry(txn, index, *from, main); !gone) return gone;
        if (to)
            if (auto made = put_entry(txn, index, *to, main, id); !made) return made;
    }
    return count(txn, index, (to ? 1 : 0) - (from ? 1 : 0), bytes);
}

Result<> move_entries(meta::Txn& txn, const Table& table, const Item* before, const Item* after,
                      std::int64_t id) {
    for (const Index& index : table.indexes)
        if (auto moved = move_entry(txn, table, index, before, after, id); !moved) return moved;
    const auto size = [](const Item* item) {
        return item ? static_cast<std::int64_t>(bytes_of(*item)) : 0;
    };
    return count(txn, table.primary, (after ? 1 : 0) - (before ? 1 : 0),
                 size(after) - size(before));
}

/// Values ?1 to ?8 of a walk's statement; the last says whether it continues after an entry.
std::vector<meta::Value> bounds_of(const Index& index, const Stretch& stretch) {
    const KeyBytes edge = stretch.after.value_or(KeyBytes());
    const std::int64_t has_start = stretch.after.has_value();
    if (stretch.is_of_one_hash) {
        std::string low = stretch.range.low, high = stretch.range.high;
        if (has_start && stretch.is_forward) low = std::max(low, edge.range);
        if (has_start && !stretch.is_forward) high = std::min(high, edge.range + '\0');
        return {index.id,
                slot_of(stretch.range.hash),
                blob(stretch.range.hash),
                blob(low),
                blob(high),
                blob(edge.range),
                blob(stretch.main),
                has_start};
    }
    return {index.id,           std::max(edge.slot, stretch.slot_from),
            blob(edge.hash),    blob(edge.range),
            blob(stretch.main), stretch.slot_to,
            has_start};
}

}  // namespace

std::vector<meta::Shape> item_shapes() { return meta::shapes_of(items, entries); }

Result<std::optional<Row>> get(const meta::Connection& connection, const Table& table,
                               const KeyBytes& key) {
    std::optional<Row> found;
    Result<Item> item;
    auto read = meta::each(
        connection,
        "SELECT i.id, i.item FROM tables_entries e JOIN tables_items i ON i.id = e.item WHERE "
        "e.idx = ?1 AND e.slot = ?2 AND e.hash = ?3 AND e.range = ?4 AND e.main = x''",
        {table.primary.id, key.slot, blob(key.hash), blob(key.range)},
        [&](std::int64_t id, const std::string& bytes) {
            item = decode(bytes);
            if (item) found = Row{id, std::move(*item)};
            return false;
        });
    if (!read) return pass(read);
    if (!item) return pass(item);
    return found;
}

Result<> put(meta::Txn& txn, const Table& table, const std::optional<Row>& before,
             const Item& item) {
    if (before) {
        // A write in place keeps the item's key: its entry in the table's own keys is not moved.
        FRESHET_CHECK(key_of(table.primary.keys, before->item) == key_of(table.primary.keys, item));
        auto changed = txn.run(items.sql().update, {before->id, Bytes::own(encode(item))});
        if (!changed) return changed;
        return move_entries(txn, table, &before->item, &item, before->id);
    }
    auto inserted = txn.run(items.sql().insert, {table.id, Bytes::own(encode(item))});
    if (!inserted) return inserted;
    const std::int64_t id = txn.last_row_id();
    auto entered = put_entry(txn, table.primary, key_of(table.primary.keys, item), "", id);
    if (!entered) return entered;
    return move_entries(txn, table, nullptr, &item, id);
}

Result<> erase(meta::Txn& txn, const Table& table, const Row& row) {
    if (auto gone = items.remove(txn, {row.id}); !gone) return gone;
    auto left = erase_entry(txn, table.primary, key_of(table.primary.keys, row.item), "");
    if (!left) return left;
    return move_entries(txn, table, &row.item, nullptr, row.id);
}

Result<> fill_index(meta::Txn& txn, const Table& table, const Index& index) {
    FRESHET_CHECK(index.id != 0);  // an entry belongs to an index that is stored
    Result<> filled;
    auto read = items.each(txn, "WHERE tbl = ?1", {table.id}, [&](const StoredItem& stored) {
        auto item = decode(stored.item);
        if (!item) {
            filled = pass(item);
            return false;
        }
        filled = move_entry(txn, table, index, nullptr, &*item, stored.id);
        return filled.has_value();
    });
    return read ? filled : read;
}

Result<> walk(const meta::Connection& connection, const Index& index, const Stretch& stretch,
              const std::function<bool(Item)>& each) {
    std::string sql =
        "SELECT i.item FROM tables_entries e JOIN tables_items i ON i.id = e.item WHERE e.idx = "
        "?1 AND ";
    if (!stretch.is_of_one_hash)
        sql +=
            "(e.slot, e.hash, e.range, e.main) >= (?2, ?3, ?4, ?5) AND e.slot < ?6 AND (?7 = 0 OR "
            "(e.slot, e.hash, e.range, e.main) <> (?2, ?3, ?4, ?5)) ORDER BY e.slot, e.hash, "
            "e.range, e.main";
    else if (stretch.is_forward)
        sql +=
            "e.slot = ?2 AND e.hash = ?3 AND e.range >= ?4 AND e.range < ?5 AND (?8 = 0 OR "
            "(e.range, e.main) > (?6, ?7)) ORDER BY e.range, e.main";
    else
        sql +=
            "e.slot = ?2 AND e.hash = ?3 AND e.range >= ?4 AND e.range < ?5 AND (?8 = 0 OR "
            "(e.range, e.main) < (?6, ?7)) ORDER BY e.range DESC, e.main DESC";
    Result<> decoded;
    auto read =
        meta::each(connection, sql, bounds_of(index, stretch), [&](const std::string& bytes) {
            auto item = decode(bytes);
            if (item) return each(std::move(*item));
            decoded = pass(item);
            return false;
        });
    return read ? decoded : read;
}

}  // namespace freshet::tables::store
