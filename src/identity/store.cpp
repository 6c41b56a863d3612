#include "identity/store.h"

namespace freshet::identity::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {{"identity", 1,
             "CREATE TABLE roles (account TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, "
             "path TEXT NOT NULL, trust_policy TEXT NOT NULL, description TEXT,"
             " session_seconds_max INTEGER NOT NULL, created_ms INTEGER NOT NULL, PRIMARY KEY "
             "(account, name)) WITHOUT ROWID;"
             // kind: 'tag', 'policy' or 'attached'
             "CREATE TABLE role_parts (account TEXT NOT NULL, role TEXT NOT NULL, kind TEXT NOT "
             "NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
             " PRIMARY KEY (account, role, kind, name), FOREIGN KEY (account, role) REFERENCES "
             "roles (account, name) ON DELETE CASCADE) WITHOUT ROWID"}};
}

Result<std::vector<Role>> load(const meta::Connection& connection) {
    std::vector<Role> roles;
    auto read = connection.query(
        "SELECT account, name, id, path, trust_policy, description, session_seconds_max, "
        "created_ms FROM roles",
        {}, [&](const meta::Row& row) {
            Role role{{row.text(0), row.text(1)},
                      row.text(2),
                      row.text(3),
                      row.text(4),
                      std::nullopt,
                      static_cast<int>(row.integer(6)),
                      from_epoch_ms(row.integer(7)),
                      {},
                      {},
                      {}};
            if (!row.is_null(5)) role.description = row.text(5);
            roles.push_back(std::move(role));
            return true;
        });
    if (!read) return pass(read);
    for (Role& role : roles) {
        read = connection.query(
            "SELECT kind, name, value FROM role_parts WHERE account = ?1 AND role = ?2",
            {role.key.account, role.key.name}, [&](const meta::Row& row) {
                const std::string kind = row.text(0);
                if (kind == "tag")
                    role.tags[row.text(1)] = row.text(2);
                else if (kind == "policy")
                    role.policies[row.text(1)] = row.text(2);
                else
                    role.attached.insert(row.text(1));
                return true;
            });
        if (!read) return pass(read);
    }
    return roles;
}

Result<> put(meta::Txn& txn, const Role& role) {
    if (auto removed = remove(txn, role.key); !removed) return removed;
    auto inserted =
        txn.execute("INSERT INTO roles VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    {role.key.account, role.key.name, role.id, role.path, role.trust_policy,
                     role.description ? meta::Value(*role.description) : meta::Value(),
                     std::int64_t{role.session_seconds_max}, to_epoch_ms(role.created)});
    const auto part = [&](const char* kind, const std::string& name, const std::string& value) {
        if (inserted)
            inserted =
                txn.execute("INSERT INTO role_parts VALUES (?1, ?2, ?3, ?4, ?5)",
                            {role.key.account, role.key.name, std::string(kind), name, value});
    };
    for (const auto& [name, value] : role.tags) part("tag", name, value);
    for (const auto& [name, document] : role.policies) part("policy", name, document);
    for (const auto& arn : role.attached) part("attached", arn, "");
    return done(std::move(inserted));
}

Result<> remove(meta::Txn& txn, const RoleKey& key) {
    return done(
        txn.execute("DELETE FROM roles WHERE account = ?1 AND name = ?2", {key.account, key.name}));
}

}  // namespace freshet::identity::store
