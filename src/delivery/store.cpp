#include "delivery/store.h"

#include <fmt/format.h>

namespace freshet::delivery::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

meta::Value optional_text(const std::optional<std::string>& text) {
    return text ? meta::Value(*text) : meta::Value();
}
std::optional<std::string> optional_text(const meta::Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.text(column));
}

/// "partition:first:next;..."
std::string pack_ranges(const std::vector<CutRange>& ranges) {
    std::string text;
    for (const CutRange& range : ranges)
        text += fmt::format("{}:{}:{};", *range.partition, range.first, range.next);
    return text;
}

std::vector<CutRange> unpack_ranges(const std::string& text) {
    std::vector<CutRange> ranges;
    for (const char* at = text.c_str(); *at;) {
        char* end = nullptr;
        CutRange range;
        range.partition = log::PartitionId(std::strtoull(at, &end, 10));
        range.first = std::strtoull(end + 1, &end, 10);
        range.next = std::strtoull(end + 1, &end, 10);
        ranges.push_back(range);
        at = end + 1;
    }
    return ranges;
}

Result<> write_tags(meta::Txn& txn, const DeliveryStream& stream) {
    auto cleared = txn.execute("DELETE FROM delivery_tags WHERE stream = ?1", {stream.id});
    if (!cleared) return done(std::move(cleared));
    for (const auto& [name, value] : stream.tags) {
        auto written =
            txn.execute("INSERT INTO delivery_tags VALUES (?1, ?2, ?3)", {stream.id, name, value});
        if (!written) return done(std::move(written));
    }
    return {};
}

Loaded loaded_of(const meta::Row& row) {
    Loaded one;
    DeliveryStream& s = one.stream;
    s.id = row.integer(0);
    s.key = {row.text(1), row.text(2), row.text(3)};
    s.created = from_epoch_ms(row.integer(4));
    if (!row.is_null(5)) s.updated = from_epoch_ms(row.integer(5));
    s.version = static_cast<int>(row.integer(6));
    s.destination = {row.text(7),
                     row.text(8),
                     optional_text(row, 9),
                     optional_text(row, 10),
                     row.integer(11),
                     row.integer(12),
                     row.integer(13) ? Compression::gzip : Compression::none,
                     row.text(14),
                     row.text(23),
                     row.integer(15) != 0,
                     row.integer(16) != 0,
                     row.integer(24) != 0,
                     row.text(25),
                     row.text(26)};
    if (!row.is_null(17))
        s.source = KinesisSource{row.text(17), row.text(18), from_epoch_ms(row.integer(19))};
    s.inbox = log::PartitionId(static_cast<std::uint64_t>(row.integer(20)));
    if (!row.is_null(21)) one.cut = Cut{row.text(21), unpack_ranges(row.text(22))};
    return one;
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {
        {"delivery", 1,
         "CREATE TABLE delivery_streams (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
         "NULL, region TEXT NOT NULL, name TEXT NOT NULL,"
         " created_ms INTEGER NOT NULL, updated_ms INTEGER, version INTEGER NOT NULL, bucket_arn "
         "TEXT NOT NULL, role_arn TEXT NOT NULL, prefix TEXT,"
         " error_prefix TEXT, buffer_mib INTEGER NOT NULL, interval_s INTEGER NOT NULL, "
         "compression INTEGER NOT NULL, extension TEXT NOT NULL,"
         " append_newline INTEGER NOT NULL, is_extended INTEGER NOT NULL, source_arn TEXT, "
         "source_role TEXT, source_started_ms INTEGER,"
         " inbox INTEGER NOT NULL, cut_key TEXT, cut_ranges TEXT, UNIQUE (account, region, name));"
         "CREATE TABLE delivery_cursors (stream INTEGER NOT NULL REFERENCES delivery_streams ON "
         "DELETE CASCADE, partition INTEGER NOT NULL,"
         " next INTEGER NOT NULL, PRIMARY KEY (stream, partition)) WITHOUT ROWID;"
         "CREATE TABLE delivery_tags (stream INTEGER NOT NULL REFERENCES delivery_streams ON "
         "DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,"
         " PRIMARY KEY (stream, name)) WITHOUT ROWID"},
        {"delivery", 2,
         "ALTER TABLE delivery_streams ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC'"},
        {"delivery", 3,
         "ALTER TABLE delivery_streams ADD COLUMN logs_errors INTEGER NOT NULL DEFAULT 0;"
         "ALTER TABLE delivery_streams ADD COLUMN log_group TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE delivery_streams ADD COLUMN log_stream TEXT NOT NULL DEFAULT ''"}};
}

Result<std::vector<Loaded>> load(const meta::Connection& connection) {
    std::vector<Loaded> all;
    auto read = connection.query("SELECT * FROM delivery_streams", {}, [&](const meta::Row& row) {
        all.push_back(loaded_of(row));
        return true;
    });
    if (!read) return pass(read);
    for (Loaded& one : all) {
        read = connection.query("SELECT partition, next FROM delivery_cursors WHERE stream = ?1",
                                {one.stream.id}, [&](const meta::Row& row) {
                                    one.cursors[static_cast<std::uint64_t>(row.integer(0))] =
                                        static_cast<std::uint64_t>(row.integer(1));
                                    return true;
                                });
        if (!read) return pass(read);
        read = connection.query("SELECT name, value FROM delivery_tags WHERE stream = ?1",
                                {one.stream.id}, [&](const meta::Row& row) {
                                    one.stream.tags[row.text(0)] = row.text(1);
                                    return true;
                                });
        if (!read) return pass(read);
    }
    return all;
}

Result<> insert(meta::Txn& txn, DeliveryStream& stream) {
    auto inbox = log::Log::create_in(txn, "delivery " + stream.key.name);
    if (!inbox) return pass(inbox);
    stream.inbox = *inbox;
    auto inserted = txn.execute(
        "INSERT INTO delivery_streams (account, region, name, created_ms, version, bucket_arn, "
        "role_arn, buffer_mib, interval_s, compression, extension,"
        " append_newline, is_extended, source_arn, source_role, source_started_ms, inbox) VALUES "
        "(?1, ?2, ?3, ?4, 1, '', '', 0, 0, 0, '', 0, 0, ?5, ?6, ?7, ?8)",
        {stream.key.account, stream.key.region, stream.key.name, to_epoch_ms(stream.created),
         stream.source ? meta::Value(stream.source->stream_arn) : meta::Value(),
         stream.source ? meta::Value(stream.source->role_arn) : meta::Value(),
         stream.source ? meta::Value(to_epoch_ms(stream.source->started)) : meta::Value(),
         static_cast<std::int64_t>(*stream.inbox)});
    if (!inserted) return done(std::move(inserted));
    stream.id = txn.last_row_id();
    return update(txn, stream);
}

Result<> update(meta::Txn& txn, const DeliveryStream& stream) {
    const Destination& d = stream.destination;
    auto updated = txn.execute(
        "UPDATE delivery_streams SET updated_ms = ?2, version = ?3, bucket_arn = ?4, role_arn = "
        "?5, prefix = ?6, error_prefix = ?7, buffer_mib = ?8,"
        " interval_s = ?9, compression = ?10, extension = ?11, append_newline = ?12, is_extended = "
        "?13, time_zone = ?14, logs_errors = ?15, log_group = ?16, log_stream = ?17 WHERE id = ?1",
        {stream.id, stream.updated ? meta::Value(to_epoch_ms(*stream.updated)) : meta::Value(),
         std::int64_t{stream.version}, d.bucket_arn, d.role_arn, optional_text(d.prefix),
         optional_text(d.error_prefix), d.buffer_mib, d.interval_s,
         std::int64_t{d.compression == Compression::gzip}, d.file_extension,
         std::int64_t{d.append_newline}, std::int64_t{d.is_extended}, d.time_zone,
         std::int64_t{d.logs_errors}, d.log_group, d.log_stream});
    if (!updated) return done(std::move(updated));
    return write_tags(txn, stream);
}

Result<> remove(meta::Txn& txn, const DeliveryStream& stream) {
    if (auto dropped = log::Log::drop_in(txn, stream.inbox); !dropped) return dropped;
    return done(txn.execute("DELETE FROM delivery_streams WHERE id = ?1", {stream.id}));
}

Result<> set_cursor(meta::Txn& txn, std::int64_t stream, log::PartitionId partition,
                    log::Ordinal next) {
    return done(txn.execute(
        "INSERT OR REPLACE INTO delivery_cursors VALUES (?1, ?2, ?3)",
        {stream, static_cast<std::int64_t>(*partition), static_cast<std::int64_t>(next)}));
}

Result<> write_cut(meta::Txn& txn, std::int64_t stream, const Cut& cut) {
    return done(
        txn.execute("UPDATE delivery_streams SET cut_key = ?2, cut_ranges = ?3 WHERE id = ?1",
                    {stream, cut.key, pack_ranges(cut.ranges)}));
}

Result<> finish_cut(meta::Txn& txn, std::int64_t stream, const Cut& cut) {
    for (const CutRange& range : cut.ranges) {
        if (auto moved = set_cursor(txn, stream, range.partition, range.next); !moved) return moved;
    }
    return done(txn.execute(
        "UPDATE delivery_streams SET cut_key = NULL, cut_ranges = NULL WHERE id = ?1", {stream}));
}

Result<std::vector<log::Claim>> claims(const meta::Connection& connection) {
    std::vector<log::Claim> all;
    auto read = connection.query(
        "SELECT c.partition, c.next, d.name FROM delivery_cursors c JOIN delivery_streams d ON "
        "d.id = c.stream",
        {}, [&](const meta::Row& row) {
            all.push_back({log::PartitionId(static_cast<std::uint64_t>(row.integer(0))),
                           static_cast<log::Ordinal>(row.integer(1)),
                           "delivery stream " + row.text(2)});
            return true;
        });
    if (!read) return pass(read);
    return all;
}

}  // namespace freshet::delivery::store
