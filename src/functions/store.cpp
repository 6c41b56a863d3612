#include "functions/store.h"

namespace freshet::functions::store {
namespace {

constexpr std::int64_t token_kept_ms = 86'400'000;

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

/// Texts, each with its length in front: "4:HOME5:/root".
std::string pack(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += std::to_string(text.size()) + ":" + text;
    return out;
}

std::vector<std::string> unpack(const std::string& packed) {
    std::vector<std::string> texts;
    std::size_t at = 0;
    while (at < packed.size()) {
        std::size_t size = 0;
        while (at < packed.size() && packed[at] != ':')
            size = size * 10 + static_cast<std::size_t>(packed[at++] - '0');
        texts.push_back(at < packed.size() ? packed.substr(at + 1, size) : std::string());
        at += size + 1;
    }
    return texts;
}

/// Names and values, one after the other.
std::string pack(const std::map<std::string, std::string>& map) {
    std::vector<std::string> texts;
    for (const auto& [name, value] : map) texts.insert(texts.end(), {name, value});
    return pack(texts);
}

std::map<std::string, std::string> unpack_map(const std::string& packed) {
    std::map<std::string, std::string> map;
    const auto texts = unpack(packed);
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) map[texts[i]] = texts[i + 1];
    return map;
}

using Condition = std::optional<std::string> Conditions::*;
constexpr Condition stored_conditions[] = {&Conditions::source_account, &Conditions::source_arn,
                                           &Conditions::organization,   &Conditions::url_auth,
                                           &Conditions::token,          &Conditions::via_url};
constexpr std::size_t statement_fields = 3 + std::size(stored_conditions);

/// Of each statement its id, principal, action and conditions; "" is a missing condition, "="
/// precedes the value of one that exists.
std::string pack(const Policy& policy) {
    std::vector<std::string> texts;
    for (const Statement& one : policy) {
        texts.insert(texts.end(), {one.id, one.principal, one.action});
        for (const Condition member : stored_conditions)
            texts.push_back(one.conditions.*member ? "=" + *(one.conditions.*member) : "");
    }
    return pack(texts);
}

Policy unpack_policy(const std::string& packed) {
    Policy policy;
    const auto texts = unpack(packed);
    for (std::size_t i = 0; i + statement_fields <= texts.size(); i += statement_fields) {
        Statement& one = policy.emplace_back(texts[i], texts[i + 1], texts[i + 2]);
        for (std::size_t at = 0; at < std::size(stored_conditions); ++at) {
            const std::string& text = texts[i + 3 + at];
            if (!text.empty()) one.conditions.*stored_conditions[at] = text.substr(1);
        }
    }
    return policy;
}

/// The text between `before` and the next quote; nothing when `before` is not in `json`.
std::optional<std::string> between(const std::string& json, std::string_view before) {
    const std::size_t at = json.find(before);
    if (at == std::string::npos) return std::nullopt;
    const std::size_t from = at + before.size();
    return json.substr(from, json.find('"', from) - from);
}

/// A policy as the first version kept it: ids and statements in JSON, always of this form.
Policy unpack_first_policy(const std::string& packed) {
    Policy policy;
    for (const auto& [id, json] : unpack_map(packed)) {
        Statement& one = policy.emplace_back(id);
        one.action = between(json, R"("Action":")").value_or("");
        for (const auto* before :
             {R"("Principal":")", R"("Principal":{"Service":")", R"("Principal":{"AWS":")"})
            if (auto principal = between(json, before)) one.principal = *principal;
        one.conditions.source_account = between(json, R"("AWS:SourceAccount":")");
        one.conditions.source_arn = between(json, R"("AWS:SourceArn":")");
    }
    return policy;
}

}  // namespace

std::vector<meta::Migration> migrations() {
    std::vector<meta::Migration> all = {
        {"functions", 1,
         "CREATE TABLE functions (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT "
         "NULL, runtime TEXT NOT NULL,"
         " handler TEXT NOT NULL, role TEXT NOT NULL, description TEXT NOT NULL, timeout_s "
         "INTEGER NOT NULL,"
         " memory_mib INTEGER NOT NULL, environment BLOB NOT NULL, code_sha256 TEXT NOT NULL, "
         "code_bytes INTEGER NOT NULL,"
         " revision TEXT NOT NULL, modified_ms INTEGER NOT NULL, statements BLOB NOT NULL, "
         "tags BLOB NOT NULL,"
         " PRIMARY KEY (account, region, name)) WITHOUT ROWID;"
         "CREATE TABLE functions_code (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT "
         "NOT NULL, zip BLOB NOT NULL,"
         " PRIMARY KEY (account, region, name));"
         "CREATE TABLE functions_events (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT "
         "NOT NULL, region TEXT NOT NULL,"
         " name TEXT NOT NULL, payload BLOB NOT NULL, attempt INTEGER NOT NULL, due_ms INTEGER "
         "NOT NULL);"
         "CREATE INDEX functions_events_due ON functions_events (due_ms);"
         "CREATE TABLE functions_tokens (token TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) "
         "WITHOUT ROWID"},
        {"functions", 2,
         // Empty in rows of the first version: their policy is in `statements`.
         "ALTER TABLE functions ADD COLUMN policy BLOB NOT NULL DEFAULT x''"},
        {"functions", 3, "ALTER TABLE functions ADD COLUMN log_group TEXT NOT NULL DEFAULT ''"}};
    return all;
}

Result<std::vector<Function>> load(const meta::Connection& connection) {
    std::vector<Function> all;
    auto read = connection.query(
        "SELECT account, region, name, runtime, handler, role, description, timeout_s, memory_mib, "
        "environment,"
        " code_sha256, code_bytes, revision, modified_ms, statements, tags, policy, "
        "log_group FROM functions",
        {}, [&](const meta::Row& row) {
            Function& f = all.emplace_back();
            f.key = {row.text(0), row.text(1), row.text(2)};
            f.settings = {row.text(3),
                          row.text(4),
                          row.text(5),
                          row.text(6),
                          static_cast<int>(row.integer(7)),
                          static_cast<int>(row.integer(8)),
                          unpack_map(row.blob(9)),
                          row.text(17)};
            f.code_sha256 = row.text(10);
            f.code_bytes = row.integer(11);
            f.revision = row.text(12);
            f.modified = from_epoch_ms(row.integer(13));
            const std::string first = row.blob(14);
            f.policy = first.empty() ? unpack_policy(row.blob(16)) : unpack_first_policy(first);
            f.tags = unpack_map(row.blob(15));
            return true;
        });
    if (!read) return pass(read);
    return all;
}

Result<> put(meta::Txn& txn, const Function& f) {
    const Settings& s = f.settings;
    return done(txn.execute(
        "INSERT OR REPLACE INTO functions VALUES "
        "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,x'',?15,?16,?17)",
        {f.key.account, f.key.region, f.key.name, s.runtime, s.handler, s.role, s.description,
         std::int64_t{s.timeout_s}, std::int64_t{s.memory_mib}, Bytes::own(pack(s.environment)),
         f.code_sha256, f.code_bytes, f.revision, to_epoch_ms(f.modified), Bytes::own(pack(f.tags)),
         Bytes::own(pack(f.policy)), s.log_group}));
}

Result<> put_code(meta::Txn& txn, const Function& f, const Bytes& zip) {
    return done(txn.execute("INSERT OR REPLACE INTO functions_code VALUES (?1,?2,?3,?4)",
                            {f.key.account, f.key.region, f.key.name, zip}));
}

Result<Bytes> code(const meta::Connection& connection, const FunctionKey& key) {
    Bytes zip;
    auto read = connection.query(
        "SELECT zip FROM functions_code WHERE account = ?1 AND region = ?2 AND name = ?3",
        {key.account, key.region, key.name}, [&](const meta::Row& row) {
            zip = Bytes::own(row.blob(0));
            return false;
        });
    if (!read) return pass(read);
    return zip;
}

Result<> remove(meta::Txn& txn, const FunctionKey& key) {
    for (const auto* sql :
         {"DELETE FROM functions WHERE account = ?1 AND region = ?2 AND name = ?3",
          "DELETE FROM functions_code WHERE account = ?1 AND region = ?2 AND name = ?3",
          "DELETE FROM functions_events WHERE account = ?1 AND region = ?2 AND name = ?3"}) {
        if (auto removed = txn.execute(sql, {key.account, key.region, key.name}); !removed)
            return pass(removed);
    }
    return {};
}

Result<> add_event(meta::Txn& txn, const StoredEvent& event, const std::string& token,
                   Timestamp now) {
    if (!token.empty()) {
        if (auto old = txn.execute("DELETE FROM functions_tokens WHERE at_ms < ?1",
                                   {to_epoch_ms(now) - token_kept_ms});
            !old)
            return pass(old);
        auto fresh = txn.execute("INSERT OR IGNORE INTO functions_tokens VALUES (?1, ?2)",
                                 {token, to_epoch_ms(now)});
        if (!fresh) return pass(fresh);
        if (*fresh == 0) return {};
    }
    return done(
        txn.execute("INSERT INTO functions_events (account, region, name, payload, attempt, "
                    "due_ms) VALUES (?1,?2,?3,?4,?5,?6)",
                    {event.key.account, event.key.region, event.key.name, event.payload,
                     std::int64_t{event.attempt}, to_epoch_ms(event.due)}));
}

Result<std::vector<StoredEvent>> next_events(const meta::Connection& connection,
                                             std::size_t limit) {
    std::vector<StoredEvent> all;
    auto read = connection.query(
        "SELECT id, account, region, name, payload, attempt, due_ms FROM functions_events ORDER BY "
        "due_ms, id LIMIT ?1",
        {static_cast<std::int64_t>(limit)}, [&](const meta::Row& row) {
            all.push_back({row.integer(0),
                           {row.text(1), row.text(2), row.text(3)},
                           Bytes::own(row.blob(4)),
                           static_cast<int>(row.integer(5)),
                           from_epoch_ms(row.integer(6))});
            return true;
        });
    if (!read) return pass(read);
    return all;
}

Result<> remove_event(meta::Txn& txn, std::int64_t id) {
    return done(txn.execute("DELETE FROM functions_events WHERE id = ?1", {id}));
}

Result<> postpone_event(meta::Txn& txn, std::int64_t id, int attempt, Timestamp due) {
    return done(txn.execute("UPDATE functions_events SET attempt = ?2, due_ms = ?3 WHERE id = ?1",
                            {id, std::int64_t{attempt}, to_epoch_ms(due)}));
}

}  // namespace freshet::functions::store
