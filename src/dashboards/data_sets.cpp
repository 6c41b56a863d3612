// Data sets: their SQL is asked once before they are made, which judges it and gives their columns.
#include <fmt/format.h>

#include <algorithm>

#include "dashboards/limits.h"
#include "dashboards/state.h"
#include "dashboards/store.h"

namespace freshet::dashboards {
namespace {

/// QuickSight's type for a type of Athena.
std::string type_of(const std::string& athena) {
    for (const char* name : {"tinyint", "smallint", "integer", "int", "bigint"}) {
        if (athena == name) return "INTEGER";
    }
    for (const char* name : {"real", "float", "double", "decimal"}) {
        if (athena.starts_with(name)) return "DECIMAL";
    }
    if (athena == "date" || athena.starts_with("timestamp")) return "DATETIME";
    return "STRING";
}

bool can_be(const std::string& wanted, const std::string& natural) {
    return wanted == natural || wanted == "STRING" || (wanted == "DECIMAL" && natural == "INTEGER");
}

/// The columns that the user named, judged, or all that the query gives.
Result<> settle_columns(DataSet& set, const Data& data) {
    if (data.columns.size() > limits::columns_max)
        return fail(Errc::invalid,
                    fmt::format("A data set has at most {} columns.", limits::columns_max));
    if (set.columns.empty()) {
        for (const Column& column : data.columns)
            set.columns.emplace_back(column.name, type_of(column.type));
        return {};
    }
    for (const auto& [name, type] : set.columns) {
        const auto found = std::ranges::find(data.columns, name, &Column::name);
        if (found == data.columns.end())
            return fail(Errc::invalid, fmt::format("The query gives no column {}.", name));
        if (!can_be(type, type_of(found->type)))
            return fail(Errc::invalid,
                        fmt::format("Column {} is {}, which is no {}.", name, found->type, type));
    }
    return {};
}

Result<> check(const DataSet& set) {
    if (auto good = check_names(set.key, set.name); !good) return good;
    if (set.sql.empty() || set.sql.size() > limits::sql_bytes_max)
        return fail(Errc::invalid,
                    fmt::format("The SQL has 1 to {} bytes.", limits::sql_bytes_max));
    return {};
}

}  // namespace

io::Task<Result<>> Dashboards::create_data_set(DataSet wanted) {
    auto good = check(wanted);
    if (good) good = check_count(state_->data_sets.size(), "data sets");
    if (!good) co_return good;
    if (state_->data_sets.contains(wanted.key))
        co_return fail(Errc::exists, fmt::format("Data set {} already exists.", wanted.key.name));
    if (!state_->sources.contains({wanted.key.home, wanted.source}))
        co_return fail(Errc::invalid, fmt::format("Data source {} does not exist.", wanted.source));
    auto rows = co_await state_->rows.ask_first(wanted);
    if (!rows) co_return pass(rows);
    if (good = settle_columns(wanted, Rows::of(**rows)); !good) co_return good;
    wanted.created = wanted.updated = home_.now();
    auto written =
        co_await state_->write([&](meta::Txn& txn) { return store::insert(txn, wanted); });
    if (!written) co_return written;
    state_->rows.keep(wanted.key, std::move(*rows));
    state_->data_sets[wanted.key] = std::move(wanted);
    co_return written;
}

io::Task<Result<>> Dashboards::update_data_set(DataSet changed) {
    auto found = find_data_set(changed.key);
    if (!found) co_return pass(found);
    if (auto good = check(changed); !good) co_return good;
    auto rows = co_await state_->rows.ask_first(changed);
    if (!rows) co_return pass(rows);
    if (auto good = settle_columns(changed, Rows::of(**rows)); !good) co_return good;
    changed.created = found->created;
    changed.updated = home_.now();
    auto written =
        co_await state_->write([&](meta::Txn& txn) { return store::update(txn, changed); });
    if (!written) co_return written;
    state_->rows.keep(changed.key, std::move(*rows));
    state_->data_sets[changed.key] = std::move(changed);
    co_return written;
}

Result<DataSet> Dashboards::find_data_set(const Key& key) const {
    const auto found = state_->data_sets.find(key);
    if (found != state_->data_sets.end()) return found->second;
    return fail(Errc::not_found, fmt::format("Data set {} does not exist.", key.name));
}

std::vector<DataSet> Dashboards::data_sets(const Home& home) const {
    return of_home(state_->data_sets, home);
}

io::Task<Result<>> Dashboards::remove_data_set(Key key) {
    auto removed =
        co_await state_->write([&](meta::Txn& txn) { return store::remove_data_set(txn, key); });
    if (!removed) co_return removed;
    state_->data_sets.erase(key);
    state_->rows.forget(key);
    co_return removed;
}

io::Task<Result<Data>> Dashboards::refresh(Key data_set) {
    auto found = find_data_set(data_set);
    if (!found) co_return pass(found);
    auto data = co_await state_->rows.fresh(std::move(*found));
    co_return data;
}

}  // namespace freshet::dashboards
