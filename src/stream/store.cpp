#include "stream/store.h"

#include <iterator>
#include <random>
#include <sstream>

#include "log/frame.h"
#include "stream/hash.h"

namespace freshet::stream::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

Result<> write_tags(meta::Txn& txn, const Stream& stream) {
    auto cleared = txn.execute("DELETE FROM stream_tags WHERE stream = ?1", {stream.id});
    if (!cleared) return done(std::move(cleared));
    for (const auto& [key, value] : stream.tags) {
        auto written =
            txn.execute("INSERT INTO stream_tags VALUES (?1, ?2, ?3)", {stream.id, key, value});
        if (!written) return done(std::move(written));
    }
    return {};
}

meta::Value optional_number(const std::optional<int>& value) {
    return value ? meta::Value(std::int64_t{*value}) : meta::Value();
}

meta::Value optional_text(const std::optional<std::string>& value) {
    return value ? meta::Value(*value) : meta::Value();
}
meta::Value optional_time(const std::optional<Timestamp>& value) {
    return value ? meta::Value(to_epoch_ms(*value)) : meta::Value();
}

std::string joined(const std::set<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::set<std::string> words_of(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

std::optional<std::uint32_t> optional_index(const meta::Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return static_cast<std::uint32_t>(row.integer(column));
}

Shard shard_of_row(const meta::Row& row) {
    Shard shard;
    shard.index = static_cast<std::uint32_t>(row.integer(1));
    shard.first_hash = parse_hash_key(row.text(2)).value_or(0);
    shard.last_hash = parse_hash_key(row.text(3)).value_or(0);
    shard.partition = log::PartitionId(static_cast<std::uint64_t>(row.integer(4)));
    shard.created = from_epoch_ms(row.integer(5));
    shard.opened = row.is_null(6) ? shard.created : from_epoch_ms(row.integer(6));
    if (!row.is_null(7)) shard.closed = from_epoch_ms(row.integer(7));
    shard.end = static_cast<log::Ordinal>(row.integer(8));
    shard.parent = optional_index(row, 9);
    shard.adjacent_parent = optional_index(row, 10);
    return shard;
}

meta::Value optional_value(const std::optional<std::uint32_t>& index) {
    return index ? meta::Value(std::int64_t{*index}) : meta::Value();
}

Result<> insert_shard(meta::Txn& txn, std::int64_t stream, const Shard& shard, bool is_prepared) {
    return done(txn.execute(
        "INSERT INTO shards (stream, number, first_hash, last_hash, partition, created_ms, "
        "opened_ms, parent, adjacent_parent, is_prepared)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        {stream, std::int64_t{shard.index}, to_decimal(shard.first_hash),
         to_decimal(shard.last_hash), static_cast<std::int64_t>(*shard.partition),
         to_epoch_ms(shard.created), to_epoch_ms(shard.opened), optional_value(shard.parent),
         optional_value(shard.adjacent_parent), std::int64_t{is_prepared}}));
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {
        {"stream", 1,
         "CREATE TABLE streams (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
         "region TEXT NOT NULL, name TEXT NOT NULL,"
         " created_ms INTEGER NOT NULL, mode INTEGER NOT NULL, retention_hours INTEGER NOT NULL, "
         "record_kib_max INTEGER NOT NULL,"
         " warm_throughput INTEGER, UNIQUE (account, region, name));"
         "CREATE TABLE shards (stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, "
         "number INTEGER NOT NULL,"
         " first_hash TEXT NOT NULL, last_hash TEXT NOT NULL, partition INTEGER NOT NULL, "
         "created_ms INTEGER NOT NULL,"
         " PRIMARY KEY (stream, number)) WITHOUT ROWID;"
         "CREATE TABLE stream_tags (stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, "
         "name TEXT NOT NULL,"
         " value TEXT NOT NULL, PRIMARY KEY (stream, name)) WITHOUT ROWID;"
         "CREATE TABLE stream_keys (purpose TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID"},
        {"stream", 2,
         "ALTER TABLE shards ADD COLUMN opened_ms INTEGER;"
         "ALTER TABLE shards ADD COLUMN closed_ms INTEGER;"
         "ALTER TABLE shards ADD COLUMN end_ordinal INTEGER NOT NULL DEFAULT 0;"
         "ALTER TABLE shards ADD COLUMN parent INTEGER;"
         "ALTER TABLE shards ADD COLUMN adjacent_parent INTEGER;"
         "ALTER TABLE shards ADD COLUMN is_prepared INTEGER NOT NULL DEFAULT 0"},
        {"stream", 3,
         "CREATE TABLE stream_consumers (id INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT "
         "NULL REFERENCES streams ON DELETE CASCADE,"
         " name TEXT NOT NULL, created_ms INTEGER NOT NULL, UNIQUE (stream, name));"
         "CREATE TABLE stream_consumer_tags (consumer INTEGER NOT NULL REFERENCES stream_consumers "
         "ON DELETE CASCADE, name TEXT NOT NULL,"
         " value TEXT NOT NULL, PRIMARY KEY (consumer, name)) WITHOUT ROWID"},
        {"stream", 4,
         "ALTER TABLE streams ADD COLUMN policy TEXT;"
         "ALTER TABLE streams ADD COLUMN shard_metrics TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE streams ADD COLUMN key_id TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE streams ADD COLUMN data_key INTEGER NOT NULL DEFAULT 0;"
         "ALTER TABLE stream_consumers ADD COLUMN policy TEXT;"
         "CREATE TABLE stream_data_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT "
         "NULL REFERENCES streams ON DELETE CASCADE,"
         " master INTEGER NOT NULL, wrapped BLOB NOT NULL);"
         "CREATE TABLE stream_commitments (account TEXT NOT NULL, region TEXT NOT NULL, started_ms "
         "INTEGER, ends_ms INTEGER,"
         " PRIMARY KEY (account, region)) WITHOUT ROWID"},
        {"stream", 5, "ALTER TABLE streams ADD COLUMN deleted_ms INTEGER"}};
}

namespace {

/// Keys and commitments.
Result<> load_accounts(const meta::Connection& connection, Loaded& loaded) {
    auto read = connection.query(
        "SELECT id, stream, master, wrapped FROM stream_data_keys", {}, [&](const meta::Row& row) {
            loaded.keys.push_back({row.integer(0), row.integer(1), row.integer(2), row.blob(3)});
            return true;
        });
    if (!read) return read;
    return connection.query("SELECT account, region, started_ms, ends_ms FROM stream_commitments",
                            {}, [&](const meta::Row& row) {
                                Commitment& commitment =
                                    loaded.commitments[{row.text(0), row.text(1)}];
                                if (!row.is_null(2))
                                    commitment.started = from_epoch_ms(row.integer(2));
                                if (!row.is_null(3))
                                    commitment.ends = from_epoch_ms(row.integer(3));
                                return true;
                            });
}

}  // namespace

Result<Loaded> load(const meta::Connection& connection) {
    Loaded loaded;
    std::vector<Stream>& streams = loaded.streams;
    std::map<std::int64_t, std::size_t> places;
    auto read = connection.query(
        "SELECT id, account, region, name, created_ms, mode, retention_hours, record_kib_max, "
        "warm_throughput, policy,"
        " shard_metrics, key_id, data_key, deleted_ms FROM streams",
        {}, [&](const meta::Row& row) {
            Stream stream;
            stream.id = row.integer(0);
            stream.key = {row.text(1), row.text(2), row.text(3)};
            stream.created = from_epoch_ms(row.integer(4));
            stream.mode = row.integer(5) ? Mode::on_demand : Mode::provisioned;
            stream.retention_hours = static_cast<int>(row.integer(6));
            stream.record_kib_max = static_cast<int>(row.integer(7));
            if (!row.is_null(8)) stream.warm_throughput_mibps = static_cast<int>(row.integer(8));
            if (!row.is_null(9)) stream.policy = row.text(9);
            stream.shard_metrics = words_of(row.text(10));
            stream.key_id = row.text(11);
            stream.data_key = row.integer(12);
            if (!row.is_null(13)) stream.deleted = from_epoch_ms(row.integer(13));
            places[stream.id] = streams.size();
            streams.push_back(std::move(stream));
            return true;
        });
    if (!read) return pass(read);
    read = connection.query(
        "SELECT stream, number, first_hash, last_hash, partition, created_ms, opened_ms, "
        "closed_ms, end_ordinal, parent,"
        " adjacent_parent, is_prepared FROM shards ORDER BY stream, number",
        {}, [&](const meta::Row& row) {
            Shard shard = shard_of_row(row);
            if (row.integer(11) == 0) {
                streams[places[row.integer(0)]].shards.push_back(std::move(shard));
                return true;
            }
            if (loaded.unsettled.empty() || loaded.unsettled.back().stream != row.integer(0))
                loaded.unsettled.push_back({row.integer(0), {}});
            const bool stays = *shard.partition != 0;
            loaded.unsettled.back().born.push_back({std::move(shard), stays});
            return true;
        });
    if (!read) return pass(read);
    for (Stream& stream : streams) stream.index_open();
    read = connection.query("SELECT stream, name, value FROM stream_tags", {},
                            [&](const meta::Row& row) {
                                streams[places[row.integer(0)]].tags[row.text(1)] = row.text(2);
                                return true;
                            });
    if (!read) return pass(read);
    read = connection.query("SELECT stream, id, name, created_ms, policy FROM stream_consumers", {},
                            [&](const meta::Row& row) {
                                streams[places[row.integer(0)]].consumers[row.text(2)] = {
                                    row.integer(1),
                                    row.text(2),
                                    from_epoch_ms(row.integer(3)),
                                    {},
                                    row.is_null(4) ? std::nullopt : std::optional(row.text(4))};
                                return true;
                            });
    if (!read) return pass(read);
    read = connection.query(
        "SELECT c.stream, c.name, t.name, t.value FROM stream_consumer_tags t JOIN "
        "stream_consumers c ON c.id = t.consumer",
        {}, [&](const meta::Row& row) {
            streams[places[row.integer(0)]].consumers[row.text(1)].tags[row.text(2)] = row.text(3);
            return true;
        });
    if (!read) return pass(read);
    read = load_accounts(connection, loaded);
    if (!read) return pass(read);
    return loaded;
}

Result<> insert(meta::Txn& txn, Stream& stream) {
    auto inserted = txn.execute(
        "INSERT INTO streams (account, region, name, created_ms, mode, retention_hours, "
        "record_kib_max, warm_throughput)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        {stream.key.account, stream.key.region, stream.key.name, to_epoch_ms(stream.created),
         std::int64_t{stream.mode == Mode::on_demand}, std::int64_t{stream.retention_hours},
         std::int64_t{stream.record_kib_max}, optional_number(stream.warm_throughput_mibps)});
    if (!inserted) return done(std::move(inserted));
    stream.id = txn.last_row_id();
    for (Shard& shard : stream.shards) {
        auto partition = log::Log::create_in(txn, "stream " + stream.key.name);
        if (!partition) return pass(partition);
        shard.partition = *partition;
        if (auto written = insert_shard(txn, stream.id, shard, false); !written) return written;
    }
    return write_tags(txn, stream);
}

Result<> update(meta::Txn& txn, const Stream& stream) {
    auto updated = txn.execute(
        "UPDATE streams SET retention_hours = ?2, mode = ?3, warm_throughput = ?4, record_kib_max "
        "= ?5,"
        " policy = ?6, shard_metrics = ?7, key_id = ?8, data_key = ?9, deleted_ms = ?10 WHERE id = "
        "?1",
        {stream.id, std::int64_t{stream.retention_hours},
         std::int64_t{stream.mode == Mode::on_demand},
         optional_number(stream.warm_throughput_mibps), std::int64_t{stream.record_kib_max},
         optional_text(stream.policy), joined(stream.shard_metrics), stream.key_id, stream.data_key,
         optional_time(stream.deleted)});
    if (!updated) return done(std::move(updated));
    return write_tags(txn, stream);
}

Result<> remove(meta::Txn& txn, const Stream& stream) {
    for (const Shard& shard : stream.shards) {
        if (*shard.partition == 0) continue;
        if (auto dropped = log::Log::drop_in(txn, shard.partition); !dropped) return dropped;
    }
    return done(txn.execute("DELETE FROM streams WHERE id = ?1", {stream.id}));
}

Result<> prepare_reshard(meta::Txn& txn, std::int64_t stream, std::vector<Born>& born) {
    for (Born& one : born) {
        if (one.stays) {
            auto partition =
                log::Log::create_in(txn, "a shard of stream " + std::to_string(stream));
            if (!partition) return pass(partition);
            one.shard.partition = *partition;
        }
        if (auto written = insert_shard(txn, stream, one.shard, true); !written) return written;
    }
    return {};
}

Result<> settle_reshard(meta::Txn& txn, std::int64_t stream, const std::vector<Shard>& closed,
                        const std::vector<Shard>& born) {
    for (const std::vector<Shard>* shards : {&closed, &born}) {
        for (const Shard& shard : *shards) {
            auto updated = txn.execute(
                "UPDATE shards SET opened_ms = ?3, closed_ms = ?4, end_ordinal = ?5, is_prepared = "
                "0 WHERE stream = ?1 AND number = ?2",
                {stream, std::int64_t{shard.index}, to_epoch_ms(shard.opened),
                 shard.closed ? meta::Value(to_epoch_ms(*shard.closed)) : meta::Value(),
                 static_cast<std::int64_t>(shard.end)});
            if (!updated) return done(std::move(updated));
        }
    }
    return {};
}

Result<> discard_reshard(meta::Txn& txn, std::int64_t stream, const std::vector<Born>& born) {
    for (const Born& one : born) {
        if (auto removed = remove_shard(txn, stream, one.shard); !removed) return removed;
    }
    return {};
}

Result<> remove_shard(meta::Txn& txn, std::int64_t stream, const Shard& shard) {
    if (*shard.partition != 0) {
        if (auto dropped = log::Log::drop_in(txn, shard.partition); !dropped) return dropped;
    }
    return done(txn.execute("DELETE FROM shards WHERE stream = ?1 AND number = ?2",
                            {stream, std::int64_t{shard.index}}));
}

Result<> insert_consumer(meta::Txn& txn, std::int64_t stream, Consumer& consumer) {
    auto inserted =
        txn.execute("INSERT INTO stream_consumers (stream, name, created_ms) VALUES (?1, ?2, ?3)",
                    {stream, consumer.name, to_epoch_ms(consumer.created)});
    if (!inserted) return done(std::move(inserted));
    consumer.id = txn.last_row_id();
    return write_consumer_tags(txn, consumer);
}

Result<> remove_consumer(meta::Txn& txn, std::int64_t consumer) {
    return done(txn.execute("DELETE FROM stream_consumers WHERE id = ?1", {consumer}));
}

Result<> write_consumer_tags(meta::Txn& txn, const Consumer& consumer) {
    auto cleared =
        txn.execute("DELETE FROM stream_consumer_tags WHERE consumer = ?1", {consumer.id});
    if (!cleared) return done(std::move(cleared));
    for (const auto& [name, value] : consumer.tags) {
        auto written = txn.execute("INSERT INTO stream_consumer_tags VALUES (?1, ?2, ?3)",
                                   {consumer.id, name, value});
        if (!written) return done(std::move(written));
    }
    return {};
}

Result<> write_consumer_policy(meta::Txn& txn, const Consumer& consumer) {
    return done(txn.execute("UPDATE stream_consumers SET policy = ?2 WHERE id = ?1",
                            {consumer.id, optional_text(consumer.policy)}));
}

Result<> insert_key(meta::Txn& txn, WrappedKey& key) {
    auto inserted =
        txn.execute("INSERT INTO stream_data_keys (stream, master, wrapped) VALUES (?1, ?2, ?3)",
                    {key.stream, key.master, Bytes::copy(key.wrapped)});
    if (!inserted) return done(std::move(inserted));
    key.id = txn.last_row_id();
    return {};
}

Result<> rewrap_key(meta::Txn& txn, const WrappedKey& key) {
    return done(txn.execute("UPDATE stream_data_keys SET master = ?2, wrapped = ?3 WHERE id = ?1",
                            {key.id, key.master, Bytes::copy(key.wrapped)}));
}

Result<> write_commitment(meta::Txn& txn, const std::string& account, const std::string& region,
                          const Commitment& commitment) {
    return done(txn.execute(
        "INSERT OR REPLACE INTO stream_commitments VALUES (?1, ?2, ?3, ?4)",
        {account, region, optional_time(commitment.started), optional_time(commitment.ends)}));
}

Result<std::string> iterator_key(meta::Txn& txn) {
    std::string key;
    auto read = txn.query("SELECT secret FROM stream_keys WHERE purpose = 'iterators'", {},
                          [&](const meta::Row& row) {
                              key = row.blob(0);
                              return true;
                          });
    if (!read) return pass(read);
    if (!key.empty()) return key;
    std::random_device random;
    for (int i = 0; i < 8; ++i) log::put_number(key, std::uint32_t{random()});
    auto written =
        txn.execute("INSERT INTO stream_keys VALUES ('iterators', ?1)", {Bytes::copy(key)});
    if (!written) return pass(written);
    return key;
}

Result<std::vector<log::Claim>> claims(const meta::Connection& connection) {
    std::vector<log::Claim> all;
    auto read = connection.query(
        "SELECT h.partition, h.end_ordinal, s.name FROM shards h JOIN streams s ON s.id = h.stream "
        "WHERE h.partition <> 0 AND h.end_ordinal > 0",
        {}, [&](const meta::Row& row) {
            all.push_back({log::PartitionId(static_cast<std::uint64_t>(row.integer(0))),
                           static_cast<log::Ordinal>(row.integer(1)), "stream " + row.text(2)});
            return true;
        });
    if (!read) return pass(read);
    return all;
}

}  // namespace freshet::stream::store
