#include "lake/store.h"

#include "lake/limits.h"

namespace freshet::lake::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

Result<> load_targets(const meta::Connection& connection, Crawler& crawler) {
    auto read = connection.query(
        "SELECT path, sample_size FROM lake_targets WHERE crawler = ?1 ORDER BY position",
        {crawler.id}, [&](const meta::Row& row) {
            crawler.targets.push_back(
                {row.text(0),
                 {},
                 row.is_null(1) ? std::nullopt : std::optional(static_cast<int>(row.integer(1)))});
            return true;
        });
    if (!read) return read;
    return connection.query(
        "SELECT target, glob FROM lake_exclusions WHERE crawler = ?1 ORDER BY target, position",
        {crawler.id}, [&](const meta::Row& row) {
            crawler.targets.at(static_cast<std::size_t>(row.integer(0)))
                .exclusions.push_back(row.text(1));
            return true;
        });
}

Result<> load_history(const meta::Connection& connection, Crawler& crawler) {
    return connection.query(
        "SELECT id, outcome, error, log_stream, started_ms, ended_ms, tables_made, tables_changed, "
        "tables_gone, partitions_made, partitions_gone FROM lake_crawls WHERE crawler = ?1 ORDER "
        "BY "
        "rowid",
        {crawler.id}, [&](const meta::Row& row) {
            crawler.history.push_back({row.text(0),
                                       static_cast<Outcome>(row.integer(1)),
                                       row.text(2),
                                       row.text(3),
                                       from_epoch_ms(row.integer(4)),
                                       from_epoch_ms(row.integer(5)),
                                       {row.integer(6), row.integer(7), row.integer(8),
                                        row.integer(9), row.integer(10)}});
            return true;
        });
}

Result<> put_targets(meta::Txn& txn, const Crawler& crawler) {
    auto written = txn.execute("DELETE FROM lake_targets WHERE crawler = ?1", {crawler.id});
    if (written)
        written = txn.execute("DELETE FROM lake_exclusions WHERE crawler = ?1", {crawler.id});
    for (std::size_t i = 0; i < crawler.targets.size() && written; ++i) {
        const Target& target = crawler.targets[i];
        written = txn.execute(
            "INSERT INTO lake_targets VALUES (?1, ?2, ?3, ?4)",
            {crawler.id, static_cast<std::int64_t>(i), target.path,
             target.sample_size ? meta::Value(std::int64_t{*target.sample_size}) : meta::Value()});
        for (std::size_t k = 0; k < target.exclusions.size() && written; ++k)
            written = txn.execute("INSERT INTO lake_exclusions VALUES (?1, ?2, ?3, ?4)",
                                  {crawler.id, static_cast<std::int64_t>(i),
                                   static_cast<std::int64_t>(k), target.exclusions[k]});
    }
    return done(std::move(written));
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {
        {"lake", 1,
         "CREATE TABLE lake_crawlers (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
         "region TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,"
         " db TEXT NOT NULL, description TEXT NOT NULL, table_prefix TEXT NOT NULL, configuration "
         "TEXT NOT NULL, update_behavior TEXT NOT NULL, delete_behavior TEXT NOT NULL,"
         " recrawl_behavior TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT "
         "NULL, version INTEGER NOT NULL, last_outcome INTEGER, last_error TEXT,"
         " last_log TEXT, last_ms INTEGER, UNIQUE (account, region, name));"
         "CREATE TABLE lake_targets (crawler INTEGER NOT NULL REFERENCES lake_crawlers ON DELETE "
         "CASCADE, position INTEGER NOT NULL, path TEXT NOT NULL, sample_size INTEGER,"
         " PRIMARY KEY (crawler, position)) WITHOUT ROWID;"
         "CREATE TABLE lake_exclusions (crawler INTEGER NOT NULL REFERENCES lake_crawlers ON "
         "DELETE CASCADE, target INTEGER NOT NULL, position INTEGER NOT NULL, glob TEXT NOT NULL,"
         " PRIMARY KEY (crawler, target, position)) WITHOUT ROWID"},
        {"lake", 2,
         "CREATE TABLE lake_crawls (crawler INTEGER NOT NULL REFERENCES lake_crawlers ON DELETE "
         "CASCADE, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, id TEXT NOT NULL, "
         "outcome INTEGER NOT NULL, error TEXT NOT NULL, log_stream TEXT NOT NULL,"
         " tables_made INTEGER NOT NULL, tables_changed INTEGER NOT NULL, tables_gone INTEGER NOT "
         "NULL, partitions_made INTEGER NOT NULL, partitions_gone INTEGER NOT NULL);"
         "CREATE INDEX lake_crawls_by_crawler ON lake_crawls (crawler);"
         "CREATE TABLE lake_folders (crawler INTEGER NOT NULL REFERENCES lake_crawlers ON DELETE "
         "CASCADE, folder TEXT NOT NULL, table_location TEXT NOT NULL,"
         " PRIMARY KEY (crawler, folder)) WITHOUT ROWID"}};
}

Result<std::vector<Crawler>> load(const meta::Connection& connection) {
    std::vector<Crawler> all;
    auto read = connection.query(
        "SELECT id, account, region, name, role, db, description, table_prefix, configuration, "
        "update_behavior, delete_behavior, recrawl_behavior, created_ms, updated_ms, version,"
        " last_outcome, last_error, last_log, last_ms FROM lake_crawlers",
        {}, [&](const meta::Row& row) {
            Crawler& crawler = all.emplace_back();
            crawler.id = row.integer(0);
            crawler.key = {row.text(1), row.text(2), row.text(3)};
            std::string* const texts[] = {&crawler.role,
                                          &crawler.database,
                                          &crawler.description,
                                          &crawler.table_prefix,
                                          &crawler.configuration,
                                          &crawler.update_behavior,
                                          &crawler.delete_behavior,
                                          &crawler.recrawl_behavior};
            for (int i = 0; i < 8; ++i) *texts[i] = row.text(4 + i);
            crawler.created = from_epoch_ms(row.integer(12));
            crawler.updated = from_epoch_ms(row.integer(13));
            crawler.version = static_cast<int>(row.integer(14));
            if (!row.is_null(15))
                crawler.last = LastCrawl{static_cast<Outcome>(row.integer(15)), row.text(16),
                                         row.text(17), from_epoch_ms(row.integer(18))};
            return true;
        });
    for (Crawler& crawler : all) {
        if (read) read = load_targets(connection, crawler);
        if (read) read = load_history(connection, crawler);
    }
    if (!read) return pass(read);
    return all;
}

Result<> put(meta::Txn& txn, Crawler& crawler) {
    if (crawler.id == 0) {
        auto inserted = txn.execute(
            "INSERT INTO lake_crawlers VALUES (NULL, ?1, ?2, ?3, '', '', '', '', '', '', '', '', "
            "0, 0, 0, NULL, NULL, NULL, NULL)",
            {crawler.key.account, crawler.key.region, crawler.key.name});
        if (!inserted) return done(std::move(inserted));
        crawler.id = txn.last_row_id();
    }
    const auto& last = crawler.last;
    auto written = txn.execute(
        "UPDATE lake_crawlers SET role = ?2, db = ?3, description = ?4, table_prefix = ?5, "
        "configuration = ?6, update_behavior = ?7, delete_behavior = ?8, recrawl_behavior = ?9,"
        " created_ms = ?10, updated_ms = ?11, version = ?12, last_outcome = ?13, last_error = ?14, "
        "last_log = ?15, last_ms = ?16 WHERE id = ?1",
        {crawler.id, crawler.role, crawler.database, crawler.description, crawler.table_prefix,
         crawler.configuration, crawler.update_behavior, crawler.delete_behavior,
         crawler.recrawl_behavior, to_epoch_ms(crawler.created), to_epoch_ms(crawler.updated),
         std::int64_t{crawler.version},
         last ? meta::Value(static_cast<std::int64_t>(last->outcome)) : meta::Value(),
         last ? meta::Value(last->error) : meta::Value(),
         last ? meta::Value(last->log_stream) : meta::Value(),
         last ? meta::Value(to_epoch_ms(last->started)) : meta::Value()});
    if (!written) return done(std::move(written));
    return put_targets(txn, crawler);
}

Result<> add_crawl(meta::Txn& txn, std::int64_t id, const PastCrawl& crawl) {
    const Tally& tally = crawl.tally;
    auto written = txn.execute(
        "INSERT INTO lake_crawls VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        {id, to_epoch_ms(crawl.started), to_epoch_ms(crawl.ended), crawl.id,
         static_cast<std::int64_t>(crawl.outcome), crawl.error, crawl.log_stream, tally.tables_made,
         tally.tables_changed, tally.tables_gone, tally.partitions_made, tally.partitions_gone});
    if (written)
        written = txn.execute(
            "DELETE FROM lake_crawls WHERE crawler = ?1 AND rowid NOT IN (SELECT rowid FROM "
            "lake_crawls WHERE crawler = ?1 ORDER BY rowid DESC LIMIT ?2)",
            {id, static_cast<std::int64_t>(limits::history_max)});
    return done(std::move(written));
}

Result<> add_folders(meta::Txn& txn, std::int64_t id,
                     const std::map<std::string, std::string>& folders) {
    for (const auto& [folder, location] : folders) {
        auto written = txn.execute("INSERT OR REPLACE INTO lake_folders VALUES (?1, ?2, ?3)",
                                   {id, folder, location});
        if (!written) return done(std::move(written));
    }
    return {};
}

Result<std::map<std::string, std::string>> folders(const meta::Connection& connection,
                                                   std::int64_t id) {
    std::map<std::string, std::string> found;
    auto read =
        connection.query("SELECT folder, table_location FROM lake_folders WHERE crawler = ?1", {id},
                         [&](const meta::Row& row) {
                             found.emplace(row.text(0), row.text(1));
                             return true;
                         });
    if (!read) return pass(read);
    return found;
}

Result<> remove(meta::Txn& txn, std::int64_t id) {
    return done(txn.execute("DELETE FROM lake_crawlers WHERE id = ?1", {id}));
}

}  // namespace freshet::lake::store
