#include "stream/store.h"

#include <iterator>
#include <random>
#include <sstream>

#include "base/byte_codec.h"
#include "meta/pairs.h"
#include "stream/hash.h"

namespace freshet::stream::store {
namespace {

std::string joined(const std::set<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::set<std::string> words_of(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

HashKey hash_of(const std::string& text) { return parse_hash_key(text).value_or(0); }

const auto streams = meta::table<Stream>("streams", [](auto& column, auto& stream) {
    column.id("id", stream.id);
    column.key(stream.key);
    column.fixed("created_ms", stream.created);
    column("mode", meta::flag(stream.mode, Mode::on_demand, Mode::provisioned));
    column("retention_hours", stream.retention_hours);
    column("record_kib_max", stream.record_kib_max);
    column("warm_throughput", stream.warm_throughput_mibps);
    column("policy", stream.policy);
    column("shard_metrics", meta::packed(stream.shard_metrics, joined, words_of));
    column("key_id", stream.key_id);
    column("data_key", stream.data_key);
    column("deleted_ms", stream.deleted);
});

/// A shard's row. A prepared one belongs to a reshard that is not settled. `opened` is NULL in rows
/// of the first version, whose shards opened when they were created.
struct StoredShard {
    std::int64_t stream = 0;
    Shard shard;
    std::optional<Timestamp> opened;
    bool is_prepared = false;
};
const auto shards = meta::table<StoredShard>("shards", [](auto& column, auto& stored) {
    auto& shard = stored.shard;
    column.key("stream", stored.stream);
    column.key("number", shard.index);
    column.fixed("first_hash", meta::packed(shard.first_hash, to_decimal, hash_of));
    column.fixed("last_hash", meta::packed(shard.last_hash, to_decimal, hash_of));
    column.fixed("partition", shard.partition);
    column.fixed("created_ms", shard.created);
    column("opened_ms", stored.opened);
    column("closed_ms", shard.closed);
    column("end_ordinal", shard.end);
    column.fixed("parent", shard.parent);
    column.fixed("adjacent_parent", shard.adjacent_parent);
    column("is_prepared", stored.is_prepared);
});
const meta::Pairs stream_tags("stream_tags", "stream");

struct StoredConsumer {
    std::int64_t stream = 0;
    Consumer consumer;
};
const auto consumers =
    meta::table<StoredConsumer>("stream_consumers", [](auto& column, auto& stored) {
        column.id("id", stored.consumer.id);
        column.key("stream", stored.stream);
        column.key("name", stored.consumer.name);
        column.fixed("created_ms", stored.consumer.created);
        column("policy", stored.consumer.policy);
    });
const meta::Pairs consumer_tags("stream_consumer_tags", "consumer");

const auto data_keys = meta::table<WrappedKey>("stream_data_keys", [](auto& column, auto& key) {
    column.id("id", key.id);
    column.key("stream", key.stream);
    column("master", key.master);
    column("wrapped", meta::blob(key.wrapped));
});

struct StoredCommitment {
    Home home;
    Commitment commitment;
};
const auto commitments =
    meta::table<StoredCommitment>("stream_commitments", [](auto& column, auto& stored) {
        column.key(stored.home);
        column("started_ms", stored.commitment.started);
        column("ends_ms", stored.commitment.ends);
    });

/// Keys that the server signs with.
struct Secret {
    std::string purpose, secret;
};
const auto secrets = meta::table<Secret>("stream_keys", [](auto& column, auto& secret) {
    column.key("purpose", secret.purpose);
    column("secret", meta::blob(secret.secret));
});

/// A shard as it begins: where it ends is written when its closing is settled.
Result<> insert_shard(meta::Txn& txn, std::int64_t stream, Shard shard, bool is_prepared) {
    shard.closed.reset();
    shard.end = 0;
    const Timestamp opened = shard.opened;
    return shards.insert(txn, StoredShard{stream, std::move(shard), opened, is_prepared});
}

Shard shard_of(StoredShard stored) {
    stored.shard.opened = stored.opened.value_or(stored.shard.created);
    return std::move(stored.shard);
}

using Places = std::map<std::int64_t, Stream*>;

/// Shards of their streams, and those that wait to be settled.
Result<> load_shards(const meta::Connection& connection, const Places& places, Loaded& loaded) {
    return shards.each(connection, "ORDER BY stream, number", {}, [&](StoredShard stored) {
        const std::int64_t stream = stored.stream;
        const bool is_prepared = stored.is_prepared;
        Shard shard = shard_of(std::move(stored));
        if (!is_prepared) return places.at(stream)->shards.push_back(std::move(shard));
        if (loaded.unsettled.empty() || loaded.unsettled.back().stream != stream)
            loaded.unsettled.push_back({stream, {}});
        const bool stays = *shard.partition != 0;
        loaded.unsettled.back().born.push_back({std::move(shard), stays});
    });
}

Result<> load_tags(const meta::Connection& connection, const Places& places) {
    return meta::each(connection, "SELECT stream, name, value FROM stream_tags", {},
                      [&](std::int64_t stream, const std::string& name, std::string value) {
                          places.at(stream)->tags[name] = std::move(value);
                      });
}

Result<> load_consumers(const meta::Connection& connection, const Places& places) {
    auto read = consumers.each(connection, "", {}, [&](StoredConsumer stored) {
        auto& of_stream = places.at(stored.stream)->consumers;
        of_stream[stored.consumer.name] = std::move(stored.consumer);
    });
    if (!read) return read;
    return meta::each(connection,
                      "SELECT c.stream, c.name, t.name, t.value FROM stream_consumer_tags t JOIN "
                      "stream_consumers c ON c.id = t.consumer",
                      {},
                      [&](std::int64_t stream, const std::string& consumer, const std::string& name,
                          std::string value) {
                          places.at(stream)->consumers[consumer].tags[name] = std::move(value);
                      });
}

Result<> load_commitments(const meta::Connection& connection, Loaded& loaded) {
    return commitments.each(connection, "", {}, [&](const StoredCommitment& stored) {
        loaded.commitments[stored.home] = stored.commitment;
    });
}

}  // namespace

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(streams, shards, stream_tags, consumers, consumer_tags, data_keys,
                           commitments, secrets);
}

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

Result<Loaded> load(const meta::Connection& connection) {
    FRESHET_TRY(all, streams.load(connection));
    FRESHET_TRY(keys, data_keys.load(connection));
    Loaded loaded{std::move(*all), {}, std::move(*keys), {}};
    Places places;
    for (Stream& stream : loaded.streams) places[stream.id] = &stream;
    auto read = load_shards(connection, places, loaded);
    if (read) read = load_tags(connection, places);
    if (read) read = load_consumers(connection, places);
    if (read) read = load_commitments(connection, loaded);
    if (!read) return pass(read);
    for (Stream& stream : loaded.streams) stream.index_open();
    return loaded;
}

Result<> insert(meta::Txn& txn, Stream& stream) {
    if (auto inserted = streams.insert(txn, stream); !inserted) return inserted;
    for (Shard& shard : stream.shards) {
        FRESHET_TRY(partition, log::Log::create_in(txn, "stream " + stream.key.name));
        shard.partition = *partition;
        if (auto written = insert_shard(txn, stream.id, shard, false); !written) return written;
    }
    return stream_tags.replace(txn, stream.id, stream.tags);
}

Result<> update(meta::Txn& txn, const Stream& stream) {
    if (auto updated = streams.update(txn, stream); !updated) return updated;
    return stream_tags.replace(txn, stream.id, stream.tags);
}

Result<> remove(meta::Txn& txn, const Stream& stream) {
    for (const Shard& shard : stream.shards) {
        if (*shard.partition == 0) continue;
        if (auto dropped = log::Log::drop_in(txn, shard.partition); !dropped) return dropped;
    }
    return streams.remove(txn, {stream.id});
}

Result<> prepare_reshard(meta::Txn& txn, std::int64_t stream, std::vector<Born>& born) {
    for (Born& one : born) {
        if (one.stays) {
            FRESHET_TRY(partition,
                        log::Log::create_in(txn, "a shard of stream " + std::to_string(stream)));
            one.shard.partition = *partition;
        }
        if (auto written = insert_shard(txn, stream, one.shard, true); !written) return written;
    }
    return {};
}

Result<> settle_reshard(meta::Txn& txn, std::int64_t stream, const std::vector<Shard>& closed,
                        const std::vector<Shard>& born) {
    for (const std::vector<Shard>* settled : {&closed, &born}) {
        for (const Shard& shard : *settled) {
            auto updated = shards.update(txn, StoredShard{stream, shard, shard.opened, false});
            if (!updated) return updated;
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
    return shards.remove(txn, meta::values(stream, shard.index));
}

Result<> insert_consumer(meta::Txn& txn, std::int64_t stream, Consumer& consumer) {
    StoredConsumer stored{stream, consumer};
    if (auto inserted = consumers.insert(txn, stored); !inserted) return inserted;
    consumer.id = stored.consumer.id;
    return write_consumer_tags(txn, consumer);
}

Result<> remove_consumer(meta::Txn& txn, std::int64_t consumer) {
    return consumers.remove(txn, {consumer});
}

Result<> write_consumer_tags(meta::Txn& txn, const Consumer& consumer) {
    return consumer_tags.replace(txn, consumer.id, consumer.tags);
}

Result<> write_consumer_policy(meta::Txn& txn, const Consumer& consumer) {
    return consumers.update(txn, StoredConsumer{0, consumer});
}

Result<> insert_key(meta::Txn& txn, WrappedKey& key) { return data_keys.insert(txn, key); }

Result<> rewrap_key(meta::Txn& txn, const WrappedKey& key) { return data_keys.update(txn, key); }

Result<> write_commitment(meta::Txn& txn, const Home& home, const Commitment& commitment) {
    return commitments.put(txn, StoredCommitment{home, commitment});
}

Result<std::string> iterator_key(meta::Txn& txn) {
    FRESHET_TRY(found, secrets.find(txn, {"iterators"}));
    if (*found) return std::move((*found)->secret);
    Secret made{"iterators", ""};
    std::random_device random;
    for (int i = 0; i < 8; ++i) put_number(made.secret, std::uint32_t{random()});
    if (auto written = secrets.insert(txn, std::as_const(made)); !written) return pass(written);
    return made.secret;
}

Result<std::vector<log::Claim>> claims(const meta::Connection& connection) {
    return meta::collect(
        connection,
        "SELECT h.partition, h.end_ordinal, s.name FROM shards h JOIN streams s ON s.id = h.stream "
        "WHERE h.partition <> 0 AND h.end_ordinal > 0",
        {}, [](log::PartitionId partition, log::Ordinal end, const std::string& name) {
            return log::Claim{partition, end, "stream " + name};
        });
}

}  // namespace freshet::stream::store
