#include "maintenance/store.h"

#include "base/byte_codec.h"
#include "base/check.h"
#include "meta/pairs.h"

namespace freshet::maintenance::store {
namespace {

using Texts = std::vector<std::string>;

std::string pack_texts(const Texts& texts) {
    std::string packed;
    for (const std::string& text : texts) put_text(packed, text);
    return packed;
}
Texts unpack_texts(const std::string& packed) {
    Texts texts;
    ByteReader reader(packed);
    while (reader.left() > 0) texts.emplace_back(reader.text());
    FRESHET_CHECK(reader.is_at_end());
    return texts;
}

/// The columns of Options, the same wherever they are kept.
void describe(auto& column, auto& options) {
    column("converts", options.converts);
    column("into_table", options.into);
    column("where_text", options.where);
    column("narrows", options.narrows);
    column("compression", options.compression);
    column("target_bytes", options.target_bytes);
    column("keep_raw_ms", options.keep_raw);
    column("sort_columns", meta::packed_blob(options.sort_columns, pack_texts, unpack_texts));
    column("bloom_columns", meta::packed_blob(options.bloom_columns, pack_texts, unpack_texts));
    column("age_min_ms", options.age_min);
}
constexpr std::string_view option_columns =
    " converts INTEGER NOT NULL, into_table TEXT NOT NULL, where_text TEXT NOT NULL, narrows "
    "INTEGER NOT NULL, compression TEXT NOT NULL, target_bytes INTEGER NOT NULL, keep_raw_ms "
    "INTEGER NOT NULL, sort_columns BLOB NOT NULL, bloom_columns BLOB NOT NULL, age_min_ms INTEGER "
    "NOT NULL,";

const auto runs = meta::table<Run>("maintenance_runs", [](auto& column, auto& run) {
    column.key("id", run.id);
    column.fixed("account", run.table.account);
    column.fixed("region", run.table.region);
    column.fixed("db", run.table.database);
    column.fixed("tbl", run.table.name);
    describe(column, run.options);
    column.fixed("origin", run.origin);
    column("state", run.state);
    auto& figures = run.figures;
    column("partitions", figures.partitions);
    column("partitions_done", figures.partitions_done);
    column("files_before", figures.files_before);
    column("files_after", figures.files_after);
    column("bytes_before", figures.bytes_before);
    column("bytes_after", figures.bytes_after);
    column("rows_read", figures.rows_read);
    column("rows_written", figures.rows_written);
    column("rows_rejected", figures.rows_rejected);
    column("commits", figures.commits);
    column("retries", figures.retries);
    column("left_alone", figures.left_alone);
    column("error", run.error);
    column("notes", meta::packed_blob(run.notes, pack_texts, unpack_texts));
    column.fixed("started_ms", run.started);
    column("ended_ms", run.ended);
    column.optional(run.scan_before, [](auto& inner, auto& scan) {
        inner("scan_before_ms", scan.took_ms);
        inner("scan_before_bytes", scan.bytes);
    });
    column.optional(run.scan_after, [](auto& inner, auto& scan) {
        inner("scan_after_ms", scan.took_ms);
        inner("scan_after_bytes", scan.bytes);
    });
});

const auto policies = meta::table<Policy>("maintenance_policies", [](auto& column, auto& policy) {
    column.key("account", policy.table.account);
    column.key("region", policy.table.region);
    column.key("db", policy.table.database);
    column.key("tbl", policy.table.name);
    column("files_over", policy.files_over);
    column("file_bytes_under", policy.file_bytes_under);
    column("idle_ms", policy.idle_for);
    describe(column, policy.options);
    column("set_ms", policy.set);
});

const auto kept = meta::table<Kept>("maintenance_kept", [](auto& column, auto& one) {
    column.key("bucket", one.bucket);
    column.key("key", meta::blob(one.key));
    column("until_ms", one.until);
});

const auto batches = meta::table<Batch>("maintenance_batches", [](auto& column, auto& batch) {
    column.id("id", batch.id);
    column.fixed("account", batch.target.account);
    column.fixed("region", batch.target.region);
    column.fixed("db", batch.target.database);
    column.fixed("tbl", batch.target.name);
    column.fixed("part", batch.part);
});
struct Member {
    std::string key, version;
};
const auto sources = meta::table<Member>("maintenance_sources", [](auto& column, auto& member) {
    column.owner("batch");
    column.key("key", meta::blob(member.key));
    column("version", member.version);
});
struct Output {
    std::string key;
};
const auto outputs = meta::table<Output>("maintenance_outputs", [](auto& column, auto& output) {
    column.owner("batch");
    column.key("key", meta::blob(output.key));
});

std::vector<meta::Value> values_of(const TableKey& table) {
    return meta::values(table.account, table.region, table.database, table.name);
}

Result<> put_members(meta::Txn& txn, const Batch& batch) {
    for (const auto& [key, version] : batch.sources) {
        if (auto put = sources.insert(txn, Member{key, version}, meta::values(batch.id)); !put)
            return put;
    }
    for (const std::string& key : batch.outputs) {
        if (auto put = outputs.insert(txn, Output{key}, meta::values(batch.id)); !put) return put;
    }
    return {};
}

}  // namespace

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(runs, policies, kept, batches, sources, outputs);
}

std::vector<meta::Migration> migrations() {
    static const std::string first =
        "CREATE TABLE maintenance_runs (id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL, "
        "region TEXT NOT NULL, db TEXT NOT NULL, tbl TEXT NOT NULL," +
        std::string(option_columns) +
        " origin INTEGER NOT NULL, state INTEGER NOT NULL, partitions INTEGER NOT NULL, "
        "partitions_done INTEGER NOT NULL, files_before INTEGER NOT NULL, files_after INTEGER NOT "
        "NULL, bytes_before INTEGER NOT NULL, bytes_after INTEGER NOT NULL, rows_read INTEGER NOT "
        "NULL, rows_written INTEGER NOT NULL, rows_rejected INTEGER NOT NULL, commits INTEGER NOT "
        "NULL, retries INTEGER NOT NULL, left_alone INTEGER NOT NULL, error TEXT NOT NULL, notes "
        "BLOB NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER) WITHOUT ROWID;"
        "CREATE TABLE maintenance_policies (account TEXT NOT NULL, region TEXT NOT NULL, db TEXT "
        "NOT NULL, tbl TEXT NOT NULL, files_over INTEGER NOT NULL, file_bytes_under INTEGER NOT "
        "NULL, idle_ms INTEGER NOT NULL," +
        std::string(option_columns) +
        " set_ms INTEGER NOT NULL, PRIMARY KEY (account, region, db, tbl)) WITHOUT ROWID;"
        "CREATE TABLE maintenance_kept (bucket TEXT NOT NULL, key BLOB NOT NULL, until_ms INTEGER "
        "NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;"
        "CREATE TABLE maintenance_batches (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
        "NULL, region TEXT NOT NULL, db TEXT NOT NULL, tbl TEXT NOT NULL, part TEXT NOT NULL);"
        "CREATE INDEX maintenance_batches_by_table ON maintenance_batches (account, region, db, "
        "tbl);"
        "CREATE TABLE maintenance_sources (batch INTEGER NOT NULL REFERENCES maintenance_batches "
        "ON DELETE CASCADE, key BLOB NOT NULL, version TEXT NOT NULL, PRIMARY KEY (batch, key)) "
        "WITHOUT ROWID;"
        "CREATE TABLE maintenance_outputs (batch INTEGER NOT NULL REFERENCES maintenance_batches "
        "ON DELETE CASCADE, key BLOB NOT NULL, PRIMARY KEY (batch, key)) WITHOUT ROWID";
    return {{"maintenance", 1, first},
            {"maintenance", 2,
             "ALTER TABLE maintenance_runs ADD COLUMN scan_before_ms INTEGER;"
             "ALTER TABLE maintenance_runs ADD COLUMN scan_before_bytes INTEGER;"
             "ALTER TABLE maintenance_runs ADD COLUMN scan_after_ms INTEGER;"
             "ALTER TABLE maintenance_runs ADD COLUMN scan_after_bytes INTEGER"}};
}

Result<std::vector<Run>> load_runs(const meta::Connection& connection) {
    return runs.where(connection, "ORDER BY started_ms DESC, id", {});
}

Result<> put_run(meta::Txn& txn, const Run& run) { return runs.put(txn, run); }

Result<> trim_runs(meta::Txn& txn) {
    return txn.run(
        "DELETE FROM maintenance_runs WHERE ended_ms IS NOT NULL AND id NOT IN (SELECT id FROM "
        "maintenance_runs WHERE ended_ms IS NOT NULL ORDER BY started_ms DESC, id LIMIT ?1)",
        meta::values(limits::runs_kept));
}

Result<std::vector<Policy>> load_policies(const meta::Connection& connection) {
    return policies.load(connection);
}

Result<> put_policy(meta::Txn& txn, const Policy& policy) { return policies.put(txn, policy); }

Result<bool> remove_policy(meta::Txn& txn, const TableKey& table) {
    return policies.try_remove(txn, values_of(table));
}

Result<> add_kept(meta::Txn& txn, const Kept& one) { return kept.put(txn, one); }

Result<std::vector<Kept>> expired(const meta::Connection& connection, Timestamp now,
                                  std::size_t count) {
    return kept.where(connection, "WHERE until_ms <= ?1 LIMIT ?2",
                      meta::values(to_epoch_ms(now), count));
}

Result<> remove_kept(meta::Txn& txn, const Kept& one) {
    return kept.remove(txn, meta::values(one.bucket, Bytes::copy(one.key)));
}

Result<std::vector<Batch>> load_batches(const meta::Connection& connection,
                                        const TableKey& target) {
    FRESHET_TRY(all, batches.where(
                         connection,
                         "WHERE account = ?1 AND region = ?2 AND db = ?3 AND tbl = ?4 ORDER BY id",
                         values_of(target)));
    for (Batch& batch : *all) {
        FRESHET_TRY(own_sources, sources.load(connection, meta::values(batch.id)));
        FRESHET_TRY(own_outputs, outputs.load(connection, meta::values(batch.id)));
        for (Member& member : *own_sources)
            batch.sources.emplace(std::move(member.key), std::move(member.version));
        for (Output& output : *own_outputs) batch.outputs.insert(std::move(output.key));
    }
    return all;
}

Result<> add_batch(meta::Txn& txn, Batch batch) {
    if (auto added = batches.insert(txn, batch); !added) return added;
    FRESHET_CHECK(batch.id > 0);
    return put_members(txn, batch);
}

Result<> remove_batch(meta::Txn& txn, std::int64_t id) {
    return batches.remove(txn, meta::values(id));
}

Result<> merge_batches(meta::Txn& txn, const TableKey& target, const std::set<std::string>& removed,
                       const std::set<std::string>& added) {
    FRESHET_TRY(all, load_batches(txn, target));
    std::optional<Batch> one;
    for (Batch& batch : *all) {
        bool has_removed = false;
        for (const std::string& key : removed) has_removed |= batch.outputs.erase(key) > 0;
        if (!has_removed) continue;
        if (auto gone = remove_batch(txn, batch.id); !gone) return gone;
        if (!one) {
            one = std::move(batch);
            continue;
        }
        FRESHET_CHECK(one->part == batch.part);  // a group of a merge lies in one partition
        one->sources.merge(batch.sources);
        one->outputs.merge(batch.outputs);
    }
    if (!one) return {};
    one->outputs.insert(added.begin(), added.end());
    return add_batch(txn, std::move(*one));
}

}  // namespace freshet::maintenance::store
