// Column statistics: clients set them; they are stored, and removed with their table or partition.
#include "catalog/catalog.h"
#include "catalog/store.h"

namespace freshet::catalog {
namespace {

/// Errc::not_found when there is no such table or partition.
Result<store::Measured> found(const meta::Connection& connection, const Home& home,
                              const Catalog::Measured& of) {
    store::Measured out{home, folded(of.database), folded(of.table), std::nullopt};
    if (auto table = store::find_table(connection, home, out.database, out.table); !table)
        return pass(table);
    if (!of.values) return out;
    auto partition = store::find_partition(connection, home, out.database, out.table, *of.values);
    if (!partition) return pass(partition);
    out.key = store::key_of(*of.values);
    return out;
}

}  // namespace

io::Task<Result<>> Catalog::set_statistics(Home home, Measured of,
                                           std::vector<ColumnStatistics> all) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto whose = found(txn, home, of);
        if (!whose) return pass(whose);
        for (ColumnStatistics& one : all) {
            one.column = folded(one.column);
            if (auto put = store::put_statistics(txn, *whose, one); !put) return put;
        }
        return {};
    });
    co_return done;
}

io::Task<Result<std::vector<ColumnStatistics>>> Catalog::statistics(Home home, Measured of) {
    auto all = co_await database_.read(
        [&](const meta::Connection& c) -> Result<std::vector<ColumnStatistics>> {
            auto whose = found(c, home, of);
            if (!whose) return pass(whose);
            return store::list_statistics(c, *whose);
        });
    co_return all;
}

io::Task<Result<>> Catalog::drop_statistics(Home home, Measured of, std::string column) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto whose = found(txn, home, of);
        if (!whose) return pass(whose);
        return store::remove_statistics(txn, *whose, folded(column));
    });
    co_return done;
}

}  // namespace freshet::catalog
