#include "meta/pairs.h"

namespace freshet::meta {

Pairs::Pairs(std::string_view table, std::string_view owner, std::string_view name,
             std::string_view value)
    : shape_{std::string(table),
             {{std::string(owner), Cell<std::int64_t>::type, false, Role::owner},
              {std::string(name), Cell<std::string>::type, false, Role::key},
              {std::string(value), Cell<std::string>::type, false, Role::plain}}},
      sql_(statements_of(shape_)) {}

Result<Pairs::Map> Pairs::load(const Connection& connection, std::int64_t owner) const {
    Map pairs;
    auto read =
        each(connection, sql_.load, values(owner),
             [&](const std::string& name, const std::string& value) { pairs[name] = value; });
    if (!read) return pass(read);
    return pairs;
}

Result<> Pairs::replace(Txn& txn, std::int64_t owner, const Map& pairs) const {
    if (auto cleared = txn.run(sql_.clear, values(owner)); !cleared) return cleared;
    return put(txn, owner, pairs);
}

Result<> Pairs::put(Txn& txn, std::int64_t owner, const Map& pairs) const {
    Result<> done;
    for (const auto& [name, value] : pairs) {
        if (done) done = txn.run(sql_.put, values(owner, name, value));
    }
    return done;
}

Result<> Pairs::remove(Txn& txn, std::int64_t owner, const std::string& name) const {
    return txn.run(sql_.remove, values(owner, name));
}

}  // namespace freshet::meta
