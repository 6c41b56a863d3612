#include "lake/store.h"

#include "base/byte_codec.h"
#include "base/check.h"
#include "lake/limits.h"
#include "meta/pairs.h"

namespace freshet::lake::store {
namespace {

const auto crawlers = meta::table<Crawler>("lake_crawlers", [](auto& column, auto& crawler) {
    column.id("id", crawler.id);
    column.key(crawler.key);
    column("role", crawler.role);
    column("db", crawler.database);
    column("description", crawler.description);
    column("table_prefix", crawler.table_prefix);
    column("configuration", crawler.configuration);
    column("update_behavior", crawler.update_behavior);
    column("delete_behavior", crawler.delete_behavior);
    column("recrawl_behavior", crawler.recrawl_behavior);
    column("created_ms", crawler.created);
    column("updated_ms", crawler.updated);
    column("version", crawler.version);
    column.optional(crawler.last, [](auto& inner, auto& last) {
        inner("last_outcome", last.outcome);
        inner("last_error", last.error);
        inner("last_log", last.log_stream);
        inner("last_ms", last.started);
    });
    column.optional(crawler.schedule, [](auto& inner, auto& schedule) {
        inner("schedule", schedule.expression);
        inner("is_scheduled", schedule.is_running);
        inner("due_ms", schedule.due);
    });
    column("running_since_ms", crawler.running_since);
    column("running_id", crawler.running_id);
    column("is_overdue", crawler.is_overdue);
});
const auto targets = meta::table<Target>("lake_targets", [](auto& column, auto& target) {
    column.owner("crawler");
    column.position("position");
    column("path", target.path);
    column("sample_size", target.sample_size);
    column("event_queue", target.event_queue);
    column("dead_letter_queue", target.dead_letter_queue);
});
struct Name {
    std::string name;
};
const auto chosen = meta::table<Name>("lake_crawler_classifiers", [](auto& column, auto& one) {
    column.owner("crawler");
    column.position("position");
    column("name", one.name);
});
const meta::Pairs tags("lake_tags", "crawler");

struct Exclusion {
    std::size_t target = 0,
                position = 0;  ///< of the target in the crawler, of the glob in the target
    std::string glob;
};
const auto exclusions = meta::table<Exclusion>("lake_exclusions", [](auto& column, auto& one) {
    column.owner("crawler");
    column.key("target", one.target);
    column.key("position", one.position);
    column("glob", one.glob);
});

const auto crawls = meta::table<PastCrawl>("lake_crawls", [](auto& column, auto& crawl) {
    column.no_key();
    column.owner("crawler");
    column("started_ms", crawl.started);
    column("ended_ms", crawl.ended);
    column("id", crawl.id);
    column("outcome", crawl.outcome);
    column("error", crawl.error);
    column("log_stream", crawl.log_stream);
    column("tables_made", crawl.tally.tables_made);
    column("tables_changed", crawl.tally.tables_changed);
    column("tables_gone", crawl.tally.tables_gone);
    column("partitions_made", crawl.tally.partitions_made);
    column("partitions_gone", crawl.tally.partitions_gone);
});
/// Names in lines; a name has no line break.
std::string lines_of(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += name + "\n";
    return text;
}

std::vector<std::string> names_in(std::string_view text) {
    std::vector<std::string> names;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        names.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return names;
}

const auto classifiers =
    meta::table<CustomClassifier>("lake_classifiers", [](auto& column, auto& one) {
        column.id("id", one.id);
        column.key(one.key);
        column.fixed("kind", one.kind);
        column("classification", one.classification);
        column("grok_pattern", one.grok_pattern);
        column("custom_patterns", one.custom_patterns);
        column("row_tag", one.row_tag);
        column("json_path", one.json_path);
        column("delimiter", one.delimiter);
        column("quote", one.quote);
        column("header_rule", one.header_rule);
        column("header", meta::packed(one.header, lines_of, names_in));
        column("keeps_blanks", one.keeps_blanks);
        column("takes_single_column", one.takes_single_column);
        column("has_datatypes", one.has_datatypes);
        column("datatypes", meta::packed(one.datatypes, lines_of, names_in));
        column("serde", one.serde);
        column("created_ms", one.created);
        column("updated_ms", one.updated);
        column("version", one.version);
    });

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

struct Reasons {
    std::string crawl;
    Texts lines;
};
const auto kept_reasons = meta::table<Reasons>("lake_reasons", [](auto& column, auto& one) {
    column.owner("crawler");
    column.key("crawl", one.crawl);
    column("lines", meta::packed_blob(one.lines, pack_texts, unpack_texts));
});

const meta::Pairs seen_folders("lake_folders", "crawler", "folder", "table_location");

std::vector<Exclusion> exclusions_of(const Crawler& crawler) {
    std::vector<Exclusion> all;
    for (std::size_t i = 0; i < crawler.targets.size(); ++i)
        for (std::size_t k = 0; k < crawler.targets[i].exclusions.size(); ++k)
            all.push_back({i, k, crawler.targets[i].exclusions[k]});
    return all;
}

Result<> load_parts(const meta::Connection& connection, Crawler& crawler) {
    const auto owner = meta::values(crawler.id);
    FRESHET_TRY(own_targets, targets.load(connection, owner));
    FRESHET_TRY(own_exclusions, exclusions.load(connection, owner));
    FRESHET_TRY(history, crawls.load(connection, owner));
    FRESHET_TRY(own_classifiers, chosen.load(connection, owner));
    FRESHET_TRY(own_tags, tags.load(connection, crawler.id));
    for (Name& one : *own_classifiers) crawler.classifiers.push_back(std::move(one.name));
    crawler.tags = std::move(*own_tags);
    crawler.targets = std::move(*own_targets);
    crawler.history = std::move(*history);
    for (Exclusion& one : *own_exclusions)
        crawler.targets.at(one.target).exclusions.push_back(std::move(one.glob));
    return {};
}

}  // namespace

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(crawlers, targets, exclusions, crawls, seen_folders, chosen, tags,
                           classifiers, kept_reasons);
}

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
         " PRIMARY KEY (crawler, folder)) WITHOUT ROWID"},
        {"lake", 3,
         "ALTER TABLE lake_crawlers ADD COLUMN schedule TEXT;"
         "ALTER TABLE lake_crawlers ADD COLUMN is_scheduled INTEGER;"
         "ALTER TABLE lake_crawlers ADD COLUMN due_ms INTEGER;"
         "ALTER TABLE lake_crawlers ADD COLUMN running_since_ms INTEGER;"
         "ALTER TABLE lake_crawlers ADD COLUMN running_id TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE lake_targets ADD COLUMN event_queue TEXT NOT NULL DEFAULT '';"
         "ALTER TABLE lake_targets ADD COLUMN dead_letter_queue TEXT NOT NULL DEFAULT '';"
         "CREATE TABLE lake_crawler_classifiers (crawler INTEGER NOT NULL REFERENCES lake_crawlers "
         "ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL,"
         " PRIMARY KEY (crawler, position)) WITHOUT ROWID;"
         "CREATE TABLE lake_tags (crawler INTEGER NOT NULL REFERENCES lake_crawlers ON DELETE "
         "CASCADE, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (crawler, name)) WITHOUT "
         "ROWID;"
         "CREATE TABLE lake_classifiers (id INTEGER PRIMARY KEY, account TEXT NOT NULL, region "
         "TEXT "
         "NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL, classification TEXT NOT NULL,"
         " grok_pattern TEXT NOT NULL, custom_patterns TEXT NOT NULL, row_tag TEXT NOT NULL, "
         "json_path TEXT NOT NULL, delimiter TEXT NOT NULL, quote TEXT NOT NULL,"
         " header_rule INTEGER NOT NULL, header TEXT NOT NULL, keeps_blanks INTEGER NOT NULL, "
         "takes_single_column INTEGER NOT NULL, has_datatypes INTEGER NOT NULL,"
         " datatypes TEXT NOT NULL, serde TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms "
         "INTEGER NOT NULL, version INTEGER NOT NULL, UNIQUE (account, region, name))"},
        {"lake", 4,
         "ALTER TABLE lake_crawlers ADD COLUMN is_overdue INTEGER NOT NULL DEFAULT 0;"
         "CREATE TABLE lake_reasons (crawler INTEGER NOT NULL REFERENCES lake_crawlers ON DELETE "
         "CASCADE, crawl TEXT NOT NULL, lines BLOB NOT NULL, PRIMARY KEY (crawler, crawl)) WITHOUT "
         "ROWID"}};
}

Result<std::vector<Crawler>> load(const meta::Connection& connection) {
    FRESHET_TRY(all, crawlers.load(connection));
    for (Crawler& crawler : *all) {
        if (auto read = load_parts(connection, crawler); !read) return pass(read);
    }
    return all;
}

Result<> put(meta::Txn& txn, Crawler& crawler) {
    auto written = crawler.id == 0 ? crawlers.insert(txn, crawler) : crawlers.update(txn, crawler);
    const auto owner = meta::values(crawler.id);
    if (written) written = targets.replace(txn, owner, crawler.targets);
    if (written) written = exclusions.replace(txn, owner, exclusions_of(crawler));
    std::vector<Name> names;
    for (const std::string& name : crawler.classifiers) names.push_back({name});
    if (written) written = chosen.replace(txn, owner, names);
    if (written) written = tags.replace(txn, crawler.id, crawler.tags);
    return written;
}

Result<std::vector<CustomClassifier>> load_classifiers(const meta::Connection& connection) {
    return classifiers.load(connection);
}

Result<> put_classifier(meta::Txn& txn, CustomClassifier& classifier) {
    return classifier.id == 0 ? classifiers.insert(txn, classifier)
                              : classifiers.update(txn, classifier);
}

Result<> remove_classifier(meta::Txn& txn, std::int64_t id) {
    return classifiers.remove(txn, meta::values(id));
}

Result<> add_crawl(meta::Txn& txn, std::int64_t id, const PastCrawl& crawl) {
    if (auto added = crawls.insert(txn, crawl, meta::values(id)); !added) return added;
    return txn.run(
        "DELETE FROM lake_crawls WHERE crawler = ?1 AND rowid NOT IN (SELECT rowid FROM "
        "lake_crawls WHERE crawler = ?1 ORDER BY rowid DESC LIMIT ?2)",
        meta::values(id, limits::history_max));
}

Result<> add_reasons(meta::Txn& txn, std::int64_t id, const std::string& crawl,
                     const std::vector<std::string>& lines) {
    const auto owner = meta::values(id);
    auto done = txn.run("DELETE FROM lake_reasons WHERE crawler = ?1 AND crawl = ?2",
                        meta::values(id, crawl));
    if (done) done = kept_reasons.insert(txn, Reasons{crawl, lines}, owner);
    if (!done) return done;
    return txn.run(
        "DELETE FROM lake_reasons WHERE crawler = ?1 AND crawl NOT IN (SELECT id FROM lake_crawls "
        "WHERE crawler = ?1 ORDER BY rowid DESC LIMIT ?2)",
        meta::values(id, limits::explained_crawls_max));
}

Result<std::vector<std::string>> reasons(const meta::Connection& connection, std::int64_t id,
                                         const std::string& crawl) {
    FRESHET_TRY(found, kept_reasons.where(connection, "WHERE crawler = ?1 AND crawl = ?2",
                                          meta::values(id, crawl)));
    if (found->empty()) return std::vector<std::string>();
    return std::move(found->front().lines);
}

Result<> add_folders(meta::Txn& txn, std::int64_t id,
                     const std::map<std::string, std::string>& folders) {
    return seen_folders.put(txn, id, folders);
}

Result<std::map<std::string, std::string>> folders(const meta::Connection& connection,
                                                   std::int64_t id) {
    return seen_folders.load(connection, id);
}

Result<> remove(meta::Txn& txn, std::int64_t id) { return crawlers.remove(txn, meta::values(id)); }

}  // namespace freshet::lake::store
