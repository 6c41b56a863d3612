#include "identity/store.h"

#include "meta/table.h"

namespace freshet::identity::store {
namespace {

/// What belongs to a role: kind "tag", "policy" (a document by name) or "attached" (an ARN, no
/// value).
struct Part {
    std::string kind, name, value;
};

const auto roles = meta::table<Role>("roles", [](auto& column, auto& role) {
    column.key("account", role.key.account);
    column.key("name", role.key.name);
    column("id", role.id);
    column("path", role.path);
    column("trust_policy", role.trust_policy);
    column("description", role.description);
    column("session_seconds_max", role.session_seconds_max);
    column("created_ms", role.created);
});
const auto role_parts = meta::table<Part>("role_parts", [](auto& column, auto& part) {
    column.owner_text("account");
    column.owner_text("role");
    column.key("kind", part.kind);
    column.key("name", part.name);
    column("value", part.value);
});

std::vector<Part> parts_of(const Role& role) {
    std::vector<Part> parts;
    for (const auto& [name, value] : role.tags) parts.push_back({"tag", name, value});
    for (const auto& [name, document] : role.policies) parts.push_back({"policy", name, document});
    for (const auto& arn : role.attached) parts.push_back({"attached", arn, ""});
    return parts;
}

void add_part(Role& role, Part part) {
    if (part.kind == "tag")
        role.tags[part.name] = std::move(part.value);
    else if (part.kind == "policy")
        role.policies[part.name] = std::move(part.value);
    else
        role.attached.insert(std::move(part.name));
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(roles, role_parts); }

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
    FRESHET_TRY(all, roles.load(connection));
    for (Role& role : *all) {
        FRESHET_TRY(parts,
                    role_parts.load(connection, meta::values(role.key.account, role.key.name)));
        for (Part& part : *parts) add_part(role, std::move(part));
    }
    return all;
}

Result<> put(meta::Txn& txn, const Role& role) {
    if (auto written = roles.put(txn, role); !written) return written;
    return role_parts.replace(txn, meta::values(role.key.account, role.key.name), parts_of(role));
}

Result<> remove(meta::Txn& txn, const RoleKey& key) {
    return roles.remove(txn, meta::values(key.account, key.name));
}

}  // namespace freshet::identity::store
