// Functions that engines share through the catalog: kept by database and name, run by nobody here.
#include "catalog/catalog.h"
#include "catalog/page.h"
#include "catalog/store.h"

namespace freshet::catalog {

io::Task<Result<>> Catalog::create_function(Home home, Function function) {
    function.database = folded(function.database);
    function.created = io::Core::current()->now();
    const std::string name = folded(function.name);
    auto made = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (auto of = store::find_database(txn, home, function.database); !of) return pass(of);
        if (store::find_function(txn, home, function.database, name))
            return fail(Errc::exists, "Function already exists.");
        return store::put_function(txn, home, name, function);
    });
    co_return made;
}

io::Task<Result<Function>> Catalog::function(Home home, std::string database, std::string name) {
    auto found = co_await database_.read([&](const meta::Connection& c) -> Result<Function> {
        if (auto of = store::find_database(c, home, folded(database)); !of) return pass(of);
        return store::find_function(c, home, folded(database), folded(name));
    });
    co_return found;
}

io::Task<Result<Page<Function>>> Catalog::functions_page(
    Home home, std::string database, std::pair<std::string, std::string> after, std::size_t most,
    std::function<bool(const Function&)> wanted) {
    auto found = co_await database_.read([&](const meta::Connection& c) -> Result<Page<Function>> {
        if (!database.empty()) {
            if (auto of = store::find_database(c, home, folded(database)); !of) return pass(of);
        }
        return gathered<Function>(
            most, wanted,
            [](const Function& last) { return store::key_of({last.database, folded(last.name)}); },
            [&](const auto& visit) {
                return store::each_function(c, home, folded(database), after, visit);
            });
    });
    co_return found;
}

io::Task<Result<>> Catalog::update_function(Home home, std::string name, Function function) {
    function.database = folded(function.database);
    const std::string before = folded(name), now = folded(function.name);
    auto updated = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_function(txn, home, function.database, before);
        if (!old) return pass(old);
        if (now != before && store::find_function(txn, home, function.database, now))
            return fail(Errc::exists, "Function already exists.");
        function.created = old->created;
        if (auto gone = store::remove_function(txn, home, function.database, before); !gone)
            return gone;
        return store::put_function(txn, home, now, function);
    });
    co_return updated;
}

io::Task<Result<>> Catalog::drop_function(Home home, std::string database, std::string name) {
    auto dropped = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_function(txn, home, folded(database), folded(name));
        if (!old) return pass(old);
        return store::remove_function(txn, home, folded(database), folded(name));
    });
    co_return dropped;
}

}  // namespace freshet::catalog
