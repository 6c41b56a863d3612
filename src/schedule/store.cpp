#include "schedule/store.h"

namespace freshet::schedule::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

meta::Value optional_text(const std::optional<std::string>& text) {
    return text ? meta::Value(*text) : meta::Value();
}
meta::Value due_of(const Rule& rule) {
    return rule.due ? meta::Value(to_epoch_ms(*rule.due)) : meta::Value();
}

Result<> load_targets(const meta::Connection& connection, Rule& rule) {
    auto read = connection.query(
        "SELECT id, arn, role_arn, input, input_path, template FROM schedule_targets WHERE rule = "
        "?1 ORDER BY id",
        {rule.id}, [&](const meta::Row& row) {
            Target& target = rule.targets.emplace_back();
            target.id = row.text(0);
            target.arn = row.text(1);
            target.role_arn = row.text(2);
            if (!row.is_null(3)) target.input = row.text(3);
            if (!row.is_null(4)) target.input_path = row.text(4);
            if (!row.is_null(5)) target.transformer.emplace().text = row.text(5);
            return true;
        });
    for (Target& target : rule.targets) {
        if (!read || !target.transformer) continue;
        read = connection.query(
            "SELECT name, path FROM schedule_paths WHERE rule = ?1 AND target = ?2",
            {rule.id, target.id}, [&](const meta::Row& row) {
                target.transformer->paths[row.text(0)] = row.text(1);
                return true;
            });
    }
    return read;
}

Result<> put_target(meta::Txn& txn, std::int64_t rule, const Target& target) {
    auto written =
        txn.execute("INSERT INTO schedule_targets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    {rule, target.id, target.arn, target.role_arn, optional_text(target.input),
                     optional_text(target.input_path),
                     target.transformer ? meta::Value(target.transformer->text) : meta::Value()});
    if (!target.transformer) return done(std::move(written));
    for (const auto& [name, path] : target.transformer->paths) {
        if (written)
            written = txn.execute("INSERT INTO schedule_paths VALUES (?1, ?2, ?3, ?4)",
                                  {rule, target.id, name, path});
    }
    return done(std::move(written));
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {{"schedule", 1,
             "CREATE TABLE schedule_rules (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
             "NULL, region TEXT NOT NULL, name TEXT NOT NULL, expression TEXT NOT NULL,"
             " description TEXT NOT NULL, role_arn TEXT NOT NULL, enabled INTEGER NOT NULL, due_ms "
             "INTEGER, UNIQUE (account, region, name));"
             "CREATE TABLE schedule_targets (rule INTEGER NOT NULL REFERENCES schedule_rules ON "
             "DELETE CASCADE, id TEXT NOT NULL, arn TEXT NOT NULL, role_arn TEXT NOT NULL,"
             " input TEXT, input_path TEXT, template TEXT, PRIMARY KEY (rule, id)) WITHOUT ROWID;"
             "CREATE TABLE schedule_paths (rule INTEGER NOT NULL REFERENCES schedule_rules ON "
             "DELETE CASCADE, target TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,"
             " PRIMARY KEY (rule, target, name)) WITHOUT ROWID"}};
}

Result<std::vector<Rule>> load(const meta::Connection& connection) {
    std::vector<Rule> all;
    auto read = connection.query(
        "SELECT id, account, region, name, expression, description, role_arn, enabled, due_ms FROM "
        "schedule_rules",
        {}, [&](const meta::Row& row) {
            Rule& rule = all.emplace_back();
            rule.id = row.integer(0);
            rule.key = {row.text(1), row.text(2), row.text(3)};
            rule.expression = row.text(4);
            rule.description = row.text(5);
            rule.role_arn = row.text(6);
            rule.is_enabled = row.integer(7) != 0;
            if (!row.is_null(8)) rule.due = from_epoch_ms(row.integer(8));
            return true;
        });
    for (Rule& rule : all) {
        if (read) read = load_targets(connection, rule);
    }
    if (!read) return pass(read);
    return all;
}

Result<> put(meta::Txn& txn, Rule& rule) {
    if (rule.id == 0) {
        auto inserted = txn.execute(
            "INSERT INTO schedule_rules (account, region, name, expression, description, role_arn, "
            "enabled) VALUES (?1, ?2, ?3, '', '', '', 0)",
            {rule.key.account, rule.key.region, rule.key.name});
        if (!inserted) return done(std::move(inserted));
        rule.id = txn.last_row_id();
    }
    auto written = txn.execute(
        "UPDATE schedule_rules SET expression = ?2, description = ?3, role_arn = ?4, enabled = ?5, "
        "due_ms = ?6 WHERE id = ?1",
        {rule.id, rule.expression, rule.description, rule.role_arn, std::int64_t{rule.is_enabled},
         due_of(rule)});
    if (written) written = txn.execute("DELETE FROM schedule_targets WHERE rule = ?1", {rule.id});
    if (written) written = txn.execute("DELETE FROM schedule_paths WHERE rule = ?1", {rule.id});
    if (!written) return done(std::move(written));
    for (const Target& target : rule.targets) {
        if (auto put = put_target(txn, rule.id, target); !put) return put;
    }
    return {};
}

Result<> set_due(meta::Txn& txn, const Rule& rule) {
    return done(txn.execute("UPDATE schedule_rules SET due_ms = ?2 WHERE id = ?1",
                            {rule.id, due_of(rule)}));
}

Result<> remove(meta::Txn& txn, std::int64_t id) {
    return done(txn.execute("DELETE FROM schedule_rules WHERE id = ?1", {id}));
}

}  // namespace freshet::schedule::store
