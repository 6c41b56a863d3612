#include "schedule/store.h"

#include "meta/pairs.h"

namespace freshet::schedule::store {
namespace {

const auto rules = meta::table<Rule>("schedule_rules", [](auto& column, auto& rule) {
    column.id("id", rule.id);
    column.key(rule.key);
    column("expression", rule.expression);
    column("description", rule.description);
    column("role_arn", rule.role_arn);
    column("enabled", rule.is_enabled);
    column("due_ms", rule.due);
});
const auto targets = meta::table<Target>("schedule_targets", [](auto& column, auto& target) {
    column.owner("rule");
    column.key("id", target.id);
    column("arn", target.arn);
    column("role_arn", target.role_arn);
    column("input", target.input);
    column("input_path", target.input_path);
    column.optional(target.transformer,
                    [](auto& inner, auto& transformer) { inner("template", transformer.text); });
});

/// One of a transformer's paths.
struct Path {
    std::string target, name, path;
};
const auto paths = meta::table<Path>("schedule_paths", [](auto& column, auto& path) {
    column.owner("rule");
    column.key("target", path.target);
    column.key("name", path.name);
    column("path", path.path);
});

std::vector<Path> paths_of(const Rule& rule) {
    std::vector<Path> all;
    for (const Target& target : rule.targets) {
        if (!target.transformer) continue;
        for (const auto& [name, path] : target.transformer->paths)
            all.push_back({target.id, name, path});
    }
    return all;
}

Result<> load_targets(const meta::Connection& connection, Rule& rule) {
    FRESHET_TRY(own, targets.load(connection, meta::values(rule.id)));
    FRESHET_TRY(own_paths, paths.load(connection, meta::values(rule.id)));
    rule.targets = std::move(*own);
    for (Target& target : rule.targets) {
        for (const Path& path : *own_paths) {
            if (target.transformer && path.target == target.id)
                target.transformer->paths[path.name] = path.path;
        }
    }
    return {};
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(rules, targets, paths); }

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
    FRESHET_TRY(all, rules.load(connection));
    for (Rule& rule : *all) {
        if (auto read = load_targets(connection, rule); !read) return pass(read);
    }
    return all;
}

Result<> put(meta::Txn& txn, Rule& rule) {
    auto written = rule.id == 0 ? rules.insert(txn, rule) : rules.update(txn, rule);
    if (written) written = targets.replace(txn, meta::values(rule.id), rule.targets);
    if (written) written = paths.replace(txn, meta::values(rule.id), paths_of(rule));
    return written;
}

Result<> set_due(meta::Txn& txn, const Rule& rule) {
    return txn.run("UPDATE schedule_rules SET due_ms = ?2 WHERE id = ?1",
                   meta::values(rule.id, rule.due));
}

Result<> remove(meta::Txn& txn, std::int64_t id) { return rules.remove(txn, meta::values(id)); }

}  // namespace freshet::schedule::store
