// Writes of items, alone, in batches and in transactions, and reads by key.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "tables/limits.h"
#include "tables/store.h"
#include "tables/tables.h"

namespace freshet::tables {
namespace {

/// A write, looked at but not done: all that can refuse it has been asked.
struct Prepared {
    Table table;
    std::optional<store::Row> before;
    std::optional<Item> after;
    bool is_refused = false;
};

Failure invalid(std::string text) {
    return fail(Errc::invalid, "One or more parameter values were invalid: " + text);
}

/// The tables of one request, each looked up once.
class Known {
  public:
    explicit Known(const meta::Connection& connection) : connection_(connection) {}
    Result<Table> find(const TableKey& key) {
        const auto found = tables_.find(key.name);
        if (found != tables_.end()) return found->second;
        auto table = store::find(connection_, key);
        if (table) tables_.emplace(key.name, *table);
        return table;
    }

  private:
    const meta::Connection& connection_;
    std::map<std::string, Table> tables_;  // a request is of one account and region
};

Result<> check_size(const Item& item, Write::Verb verb) {
    if (bytes_of(item) <= limits::item_bytes_max) return {};
    return fail(Errc::invalid, verb == Write::Verb::update
                                   ? "Item size to update has exceeded the maximum allowed size"
                                   : "Item size has exceeded the maximum allowed size");
}

Result<std::optional<Item>> updated(const Write& write, const Prepared& prepared) {
    for (const Action& action : write.update) {
        const std::string& name = action.path.front().name;
        if (prepared.table.primary.keys.has(name))
            return invalid(
                fmt::format("Cannot update attribute {}. This attribute is part of the key", name));
    }
    const bool takes_only = std::ranges::all_of(write.update, [](const Action& action) {
        return action.verb == Verb::remove || action.verb == Verb::subtract;
    });
    if (!prepared.before && takes_only && !write.update.empty()) return std::optional<Item>();
    auto after = apply_update(write.update, prepared.before ? prepared.before->item : write.item);
    if (!after) return pass(after);
    for (const auto& [name, value] : *after)
        if (depth_of(value) > limits::nesting_max)
            return fail(Errc::invalid, "Nesting Levels have exceeded supported limits");
    return std::optional(std::move(*after));
}

Result<Prepared> prepare(const meta::Connection& connection, Known& known, const Write& write) {
    auto table = known.find(write.table);
    if (!table) return pass(table);
    Prepared out;
    out.table = std::move(*table);
    const bool is_put = write.verb == Write::Verb::put;
    auto good = is_put ? check_item(out.table, write.item) : check_key(out.table, write.item);
    if (!good) return pass(good);
    auto row = store::get(connection, out.table, key_of(out.table.primary.keys, write.item));
    if (!row) return pass(row);
    out.before = std::move(*row);
    if (write.condition && !holds(*write.condition, out.before ? out.before->item : Item())) {
        out.is_refused = true;
        return out;
    }
    if (is_put) out.after = write.item;
    if (write.verb == Write::Verb::update) {
        auto after = updated(write, out);
        if (!after) return pass(after);
        out.after = std::move(*after);
    }
    if (!out.after) return out;
    good = check_size(*out.after, write.verb);
    if (good && !is_put) good = check_item(out.table, *out.after);
    if (!good) return pass(good);
    return out;
}

double units_of(std::size_t bytes) {
    const std::size_t unit = limits::write_unit_bytes;
    return static_cast<double>(std::max<std::size_t>(1, (bytes + unit - 1) / unit));
}

void measure(const Prepared& prepared, Written& out) {
    const auto size = [](const Item* item) { return item ? bytes_of(*item) : 0; };
    const Item* before = prepared.before ? &prepared.before->item : nullptr;
    const Item* after = out.after ? &*out.after : nullptr;
    out.units = units_of(std::max(size(before), size(after)));
    for (const Index& index : prepared.table.indexes) {
        const auto part = [&](const Item* item) {
            return item && is_in(index, *item)
                       ? std::optional(projected(prepared.table, index, *item))
                       : std::nullopt;
        };
        const auto old_part = part(before), new_part = part(after);
        if (old_part == new_part || prepared.is_refused) continue;
        const bool moves =
            old_part && new_part && !(key_of(index.keys, *before) == key_of(index.keys, *after));
        const double units = units_of(
            std::max(old_part ? bytes_of(*old_part) : 0, new_part ? bytes_of(*new_part) : 0));
        out.index_units.emplace_back(index.name, moves ? 2 * units : units);
    }
}

/// Does what prepare() found good.
Result<Written> finish(meta::Txn& txn, const Write& write, Prepared prepared) {
    FRESHET_CHECK(!prepared.is_refused || !prepared.after);  // a refused write changes nothing
    Written out;
    out.is_refused = prepared.is_refused;
    Result<> done;
    if (!prepared.is_refused && write.verb != Write::Verb::check) {
        if (prepared.after)
            done = store::put(txn, prepared.table, prepared.before, *prepared.after);
        else if (prepared.before && write.verb == Write::Verb::remove)
            done = store::erase(txn, prepared.table, *prepared.before);
    }
    if (!done) return pass(done);
    out.after = std::move(prepared.after);
    measure(prepared, out);
    if (prepared.before) out.before = std::move(prepared.before->item);
    return out;
}

/// The item that a write is about; two writes of one item are refused.
Result<std::string> place_of(Known& known, const Write& write) {
    auto table = known.find(write.table);
    if (!table) return pass(table);
    const Item key = key_part(table->primary.keys, write.item);
    if (auto good = check_key(*table, key); !good) return std::string();  // prepare() says why
    return fmt::format("{}/{}", table->id, joined(key_of(table->primary.keys, key)));
}

Result<> check_apart(Known& known, const std::vector<Write>& writes, const char* message) {
    std::set<std::string> seen;
    for (const Write& write : writes) {
        auto place = place_of(known, write);
        if (!place) return pass(place);
        if (!place->empty() && !seen.insert(std::move(*place)).second)
            return fail(Errc::invalid, message);
    }
    return {};
}

Outcome::Reason refusal(const Prepared& prepared) {
    Outcome::Reason reason{"ConditionalCheckFailed", "The conditional request failed", {}};
    if (prepared.before) reason.item = prepared.before->item;
    return reason;
}

/// Looks at all writes first: a transaction that is cancelled has written nothing.
Result<Outcome> run_transaction(meta::Txn& txn, const std::vector<Write>& writes) {
    Known known(txn);
    auto apart = check_apart(known, writes,
                             "Transaction request cannot include multiple operations on one item");
    if (!apart) return pass(apart);
    Outcome out;
    std::vector<Prepared> all;
    for (const Write& write : writes) {
        auto& reason = out.reasons.emplace_back();
        auto prepared = prepare(txn, known, write);
        if (!prepared && !prepared.error().is(Errc::invalid)) return pass(prepared);
        out.is_cancelled = out.is_cancelled || !prepared || prepared->is_refused;
        if (!prepared)
            reason = {"ValidationError", prepared.error().message(), {}};
        else if (prepared->is_refused)
            reason = refusal(*prepared);
        if (prepared) all.push_back(std::move(*prepared));
    }
    if (out.is_cancelled) return out;
    FRESHET_CHECK(all.size() == writes.size());  // nothing is written before all were looked at
    for (std::size_t i = 0; i < writes.size(); ++i) {
        auto written = finish(txn, writes[i], std::move(all[i]));
        if (!written) return pass(written);
        out.written.push_back(std::move(*written));
    }
    return out;
}

}  // namespace

io::Task<Result<Written>> Tables::write(Write write) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<Written> {
        Known known(txn);
        auto prepared = prepare(txn, known, write);
        if (!prepared) return pass(prepared);
        return finish(txn, write, std::move(*prepared));
    });
    co_return done;
}

io::Task<Result<std::vector<Written>>> Tables::write_all(std::vector<Write> writes) {
    using All = std::vector<Written>;
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<All> {
        Known known(txn);
        auto apart = check_apart(known, writes, "Provided list of item keys contains duplicates");
        if (!apart) return pass(apart);
        All all;
        for (const Write& write : writes) {
            auto prepared = prepare(txn, known, write);
            if (!prepared) return pass(prepared);
            auto written = finish(txn, write, std::move(*prepared));
            if (!written) return pass(written);
            all.push_back(std::move(*written));
        }
        return all;
    });
    co_return done;
}

io::Task<Result<Outcome>> Tables::transact(std::vector<Write> writes, std::string token,
                                           std::string digest) {
    const Timestamp now = home_.now(), oldest = now - limits::transaction_token_age_max;
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<Outcome> {
        const Home& home = writes.front().table.home;
        if (!token.empty()) {
            auto known = store::transaction_of(txn, home, token, oldest);
            if (!known) return pass(known);
            if (*known == digest) return Outcome();
            if (!known->empty())
                return fail(Errc::token_reused,
                            "The request uses the same client token as a previous, but "
                            "non-identical request. Do not reuse a client token with different "
                            "requests, unless the requests are identical");
        }
        auto outcome = run_transaction(txn, writes);
        if (!outcome || outcome->is_cancelled || token.empty()) return outcome;
        auto noted = store::note_transaction(txn, home, token, digest, now, oldest);
        if (!noted) return pass(noted);
        return outcome;
    });
    co_return done;
}

io::Task<Result<std::vector<Got>>> Tables::get(std::vector<Get> wanted) {
    using All = std::vector<Got>;
    auto done = co_await database_.read([&](const meta::Connection& connection) -> Result<All> {
        Known known(connection);
        All all;
        for (const Get& one : wanted) {
            auto table = known.find(one.table);
            if (!table) return pass(table);
            if (auto good = check_key(*table, one.key); !good) return pass(good);
            auto row = store::get(connection, *table, key_of(table->primary.keys, one.key));
            if (!row) return pass(row);
            Got& got = all.emplace_back();
            if (!*row) continue;
            got.bytes = bytes_of((*row)->item);
            got.item = std::move((*row)->item);
        }
        return all;
    });
    co_return done;
}

}  // namespace freshet::tables
