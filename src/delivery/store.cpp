#include "delivery/store.h"

#include <fmt/format.h>

#include "base/text/arn.h"
#include "meta/pairs.h"

namespace freshet::delivery::store {
namespace {

/// "partition:first:next;..."
std::string pack_ranges(const std::vector<CutRange>& ranges) {
    std::string text;
    for (const CutRange& range : ranges) {
        FRESHET_CHECK(range.first <= range.next);
        text += fmt::format("{}:{}:{};", *range.partition, range.first, range.next);
    }
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
        FRESHET_CHECK(range.first <= range.next && *end == ';');
        ranges.push_back(range);
        at = end + 1;
    }
    return ranges;
}

/// "milliseconds;..."
std::string pack_times(const std::vector<Timestamp>& times) {
    std::string text;
    for (const Timestamp time : times) text += fmt::format("{};", to_epoch_ms(time));
    return text;
}

std::vector<Timestamp> unpack_times(const std::string& text) {
    std::vector<Timestamp> times;
    for (const char* at = text.c_str(); *at;) {
        char* end = nullptr;
        times.push_back(from_epoch_ms(std::strtoll(at, &end, 10)));
        FRESHET_CHECK(*end == ';');
        at = end + 1;
    }
    return times;
}

std::string bucket_arn(const std::string& bucket) { return arn_text("s3", {}, bucket); }
std::string bucket_of_arn(const std::string& text) { return text.substr(text.rfind(':') + 1); }
Options unpack_stored(std::string_view bytes) {
    auto options = unpack_options(bytes);
    FRESHET_CHECK(options);  // pack() wrote them, and the database checks its pages
    return std::move(*options);
}

const auto streams = meta::table<Loaded>("delivery_streams", [](auto& column, auto& loaded) {
    auto& stream = loaded.stream;
    auto& destination = stream.destination;
    column.id("id", stream.id);
    column.key(stream.key);
    column.fixed("created_ms", stream.created);
    column("updated_ms", stream.updated);
    column("version", stream.version);
    column("bucket_arn", meta::packed(destination.bucket, bucket_arn, bucket_of_arn));
    column("role_arn", destination.role_arn);
    column("prefix", destination.prefix);
    column("error_prefix", destination.error_prefix);
    column("buffer_mib", destination.buffer_mib);
    column("interval_s", destination.interval_s);
    column("compression", destination.compression);
    column("extension", destination.file_extension);
    column("append_newline", destination.appends_newline);
    column("is_extended", destination.is_extended);
    column.optional(stream.source, [](auto& inner, auto& source) {
        inner.fixed("source_arn", meta::arn(source.stream, "kinesis", "stream/"));
        inner.fixed("source_role", source.role_arn);
        inner.fixed("source_started_ms", source.started);
    });
    column.fixed("inbox", stream.inbox);
    // Written by write_cut() and finish_cut() alone.
    column.optional(loaded.cut, [](auto& inner, auto& cut) {
        inner.fixed("cut_key", cut.key);
        inner.fixed("cut_ranges", meta::packed(cut.ranges, pack_ranges, unpack_ranges));
    });
    column("time_zone", destination.time_zone);
    column("logs_errors", destination.logs_errors);
    column("log_group", destination.log_group);
    column("log_stream", destination.log_stream);
    column("options", meta::packed_blob(destination.options, pack, unpack_stored));
    column.optional(stream.at_rest, [](auto& inner, auto& at_rest) {
        inner("sealed_inbox", at_rest.inbox);
        inner("is_sealing", at_rest.is_on);
        inner("key_arn", at_rest.key_arn);
        inner("key_master", at_rest.master);
        inner("key_wrapped", meta::blob(at_rest.wrapped));
    });
    column("sealing_calls", meta::packed(stream.sealing_calls, pack_times, unpack_times));
});

struct StoredPosition {
    log::PartitionId partition;
    log::Ordinal next = 0;
};
const auto positions =
    meta::table<StoredPosition>("delivery_cursors", [](auto& column, auto& position) {
        column.owner("stream");
        column.key("partition", position.partition);
        column("next", position.next);
    });
const meta::Pairs stream_tags("delivery_tags", "stream");

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(streams, positions, stream_tags); }

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
         "ALTER TABLE delivery_streams ADD COLUMN log_stream TEXT NOT NULL DEFAULT ''"},
        {"delivery", 4,
         "ALTER TABLE delivery_streams ADD COLUMN options BLOB NOT NULL DEFAULT x''"},
        {"delivery", 5,
         "ALTER TABLE delivery_streams ADD COLUMN sealed_inbox INTEGER;"
         "ALTER TABLE delivery_streams ADD COLUMN is_sealing INTEGER;"
         "ALTER TABLE delivery_streams ADD COLUMN key_arn TEXT;"
         "ALTER TABLE delivery_streams ADD COLUMN key_master INTEGER;"
         "ALTER TABLE delivery_streams ADD COLUMN key_wrapped BLOB"},
        {"delivery", 6,
         "ALTER TABLE delivery_streams ADD COLUMN sealing_calls TEXT NOT NULL DEFAULT ''"}};
}

Result<std::vector<Loaded>> load(const meta::Connection& connection) {
    FRESHET_TRY(all, streams.load(connection));
    for (Loaded& one : *all) {
        FRESHET_TRY(own_positions, positions.load(connection, meta::values(one.stream.id)));
        for (const StoredPosition& position : *own_positions)
            one.positions[*position.partition] = position.next;
        FRESHET_TRY(tags, stream_tags.load(connection, one.stream.id));
        one.stream.tags = std::move(*tags);
    }
    return all;
}

Result<> insert(meta::Txn& txn, DeliveryStream& stream) {
    FRESHET_TRY(inbox, log::Log::create_in(txn, "delivery " + stream.key.name));
    stream.inbox = *inbox;
    Loaded one{stream, {}, {}};
    if (auto inserted = streams.insert(txn, one); !inserted) return inserted;
    stream.id = one.stream.id;
    return stream_tags.replace(txn, stream.id, stream.tags);
}

Result<> make_sealed_inbox(meta::Txn& txn, DeliveryStream& stream) {
    FRESHET_CHECK(stream.at_rest);
    FRESHET_TRY(inbox, log::Log::create_in(txn, "sealed delivery " + stream.key.name));
    stream.at_rest->inbox = *inbox;
    return {};
}

Result<> update(meta::Txn& txn, const DeliveryStream& stream) {
    if (auto updated = streams.update(txn, Loaded{stream, {}, {}}); !updated) return updated;
    return stream_tags.replace(txn, stream.id, stream.tags);
}

Result<> remove(meta::Txn& txn, const DeliveryStream& stream) {
    if (auto dropped = log::Log::drop_in(txn, stream.inbox); !dropped) return dropped;
    if (stream.at_rest) {
        if (auto dropped = log::Log::drop_in(txn, stream.at_rest->inbox); !dropped) return dropped;
    }
    return streams.remove(txn, meta::values(stream.id));
}

Result<> set_position(meta::Txn& txn, std::int64_t stream, log::PartitionId partition,
                      log::Ordinal next) {
    return positions.put(txn, StoredPosition{partition, next}, meta::values(stream));
}

Result<> write_cut(meta::Txn& txn, std::int64_t stream, const Cut& cut) {
    return txn.run("UPDATE delivery_streams SET cut_key = ?2, cut_ranges = ?3 WHERE id = ?1",
                   meta::values(stream, cut.key, pack_ranges(cut.ranges)));
}

Result<> finish_cut(meta::Txn& txn, std::int64_t stream, const Cut& cut) {
    for (const CutRange& range : cut.ranges) {
        if (auto moved = set_position(txn, stream, range.partition, range.next); !moved)
            return moved;
    }
    return txn.run("UPDATE delivery_streams SET cut_key = NULL, cut_ranges = NULL WHERE id = ?1",
                   {stream});
}

Result<std::vector<log::Claim>> claims(const meta::Connection& connection) {
    return meta::collect(
        connection,
        "SELECT c.partition, c.next, d.name FROM delivery_cursors c JOIN delivery_streams d ON "
        "d.id = c.stream",
        {}, [](log::PartitionId partition, log::Ordinal next, const std::string& name) {
            return log::Claim{partition, next, "delivery stream " + name};
        });
}

}  // namespace freshet::delivery::store
