#include "functions/store.h"

#include "meta/table.h"

namespace freshet::functions::store {
namespace {

constexpr Millis token_kept = 24h;

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
        FRESHET_CHECK(at + size < packed.size());  // a length, ':' and as many bytes
        texts.push_back(packed.substr(at + 1, size));
        at += size + 1;
    }
    return texts;
}

/// Names and values, one after the other.
std::string pack_map(const std::map<std::string, std::string>& map) {
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
std::string pack_policy(const Policy& policy) {
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

/// A function as its row. A row of the first version has its policy in `statements`, which is empty
/// in every later one.
struct Entry {
    Function function;
    std::string first_policy;
};
const auto functions = meta::table<Entry>("functions", [](auto& column, auto& entry) {
    auto& function = entry.function;
    auto& settings = function.settings;
    column.key(function.key);
    column("runtime", settings.runtime);
    column("handler", settings.handler);
    column("role", settings.role);
    column("description", settings.description);
    column("timeout_s", settings.timeout_s);
    column("memory_mib", settings.memory_mib);
    column("environment", meta::packed_blob(settings.environment, pack_map, unpack_map));
    column("code_sha256", function.code_sha256);
    column("code_bytes", function.code_bytes);
    column("revision", function.revision);
    column("modified_ms", function.modified);
    column("statements", meta::blob(entry.first_policy));
    column("tags", meta::packed_blob(function.tags, pack_map, unpack_map));
    column("policy", meta::packed_blob(function.policy, pack_policy, unpack_policy));
    column("log_group", settings.log_group);
});

struct Code {
    FunctionKey key;
    Bytes zip;
};
const auto codes = meta::table<Code>("functions_code", [](auto& column, auto& code) {
    column.key(code.key);
    column("zip", code.zip);
});
const auto events = meta::table<StoredEvent>("functions_events", [](auto& column, auto& event) {
    column.id("id", event.id);
    column.key(event.key);
    column("payload", event.payload);
    column("attempt", event.attempt);
    column("due_ms", event.due);
});

/// A token that an event came with.
struct Token {
    std::string token;
    Timestamp at;
};
const auto tokens = meta::table<Token>("functions_tokens", [](auto& column, auto& token) {
    column.key("token", token.token);
    column("at_ms", token.at);
});

/// False when it is known already. Forgets those that are no longer kept.
Result<bool> enter_token(meta::Txn& txn, const Token& token) {
    auto forgotten = txn.run("DELETE FROM functions_tokens WHERE at_ms < ?1",
                             meta::values(token.at - token_kept));
    if (!forgotten) return pass(forgotten);
    FRESHET_TRY(entered, txn.execute(tokens.sql().insert + " ON CONFLICT DO NOTHING",
                                     tokens.inserted(token)));
    return *entered > 0;
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(functions, codes, events, tokens); }

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
    FRESHET_TRY(entries, functions.load(connection));
    std::vector<Function> all;
    for (Entry& entry : *entries) {
        if (!entry.first_policy.empty())
            entry.function.policy = unpack_first_policy(entry.first_policy);
        all.push_back(std::move(entry.function));
    }
    return all;
}

Result<> put(meta::Txn& txn, const Function& function) {
    return functions.put(txn, Entry{function, ""});
}

Result<> put_code(meta::Txn& txn, const Function& function, const Bytes& zip) {
    return codes.put(txn, Code{function.key, zip});
}

Result<Bytes> code(const meta::Connection& connection, const FunctionKey& key) {
    FRESHET_TRY(found, codes.find(connection, meta::values(key)));
    return *found ? (*found)->zip : Bytes();
}

Result<> remove(meta::Txn& txn, const FunctionKey& key) {
    auto removed = functions.remove(txn, meta::values(key));
    if (removed) removed = codes.remove(txn, meta::values(key));
    if (!removed) return removed;
    return txn.run("DELETE FROM functions_events WHERE account = ?1 AND region = ?2 AND name = ?3",
                   meta::values(key));
}

Result<> add_event(meta::Txn& txn, const StoredEvent& event, const std::string& token,
                   Timestamp now) {
    if (!token.empty()) {
        FRESHET_TRY(is_new, enter_token(txn, Token{token, now}));
        if (!*is_new) return {};
    }
    return events.insert(txn, event);
}

Result<std::vector<StoredEvent>> next_events(const meta::Connection& connection,
                                             std::size_t limit) {
    return events.where(connection, "ORDER BY due_ms, id LIMIT ?1", meta::values(limit));
}

Result<> remove_event(meta::Txn& txn, std::int64_t id) {
    return events.remove(txn, meta::values(id));
}

Result<> postpone_event(meta::Txn& txn, std::int64_t id, int attempt, Timestamp due) {
    return txn.run("UPDATE functions_events SET attempt = ?2, due_ms = ?3 WHERE id = ?1",
                   meta::values(id, attempt, due));
}

}  // namespace freshet::functions::store
