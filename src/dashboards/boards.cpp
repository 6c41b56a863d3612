// Dashboards: what is drawn of which data set, and the rows that are drawn.
#include <fmt/format.h>

#include <algorithm>

#include "dashboards/limits.h"
#include "dashboards/state.h"
#include "dashboards/store.h"

namespace freshet::dashboards {
namespace {

std::vector<std::string> columns_of(const Dashboard& dashboard) {
    std::vector<std::string> all{dashboard.category};
    all.insert(all.end(), dashboard.bars.begin(), dashboard.bars.end());
    all.insert(all.end(), dashboard.lines.begin(), dashboard.lines.end());
    return all;
}

Result<> check(const Dashboard& dashboard) {
    if (auto good = check_names(dashboard.key, dashboard.name); !good) return good;
    if (dashboard.bars.empty() && dashboard.lines.empty())
        return fail(Errc::invalid, "A dashboard has bars or lines.");
    if (std::max(dashboard.bars.size(), dashboard.lines.size()) > limits::values_max)
        return fail(Errc::invalid,
                    fmt::format("A chart has at most {} bars or lines.", limits::values_max));
    if (dashboard.refresh_every < limits::refresh_every_min ||
        dashboard.refresh_every > limits::refresh_every_max)
        return fail(Errc::invalid, fmt::format("A dashboard is refreshed every {} ms to {} ms.",
                                               limits::refresh_every_min.count(),
                                               limits::refresh_every_max.count()));
    return {};
}

Result<> check_columns(const Dashboard& dashboard, const DataSet& set) {
    for (const std::string& column : columns_of(dashboard)) {
        const auto is_it = [&](const auto& one) { return one.first == column; };
        if (std::ranges::none_of(set.columns, is_it))
            return fail(Errc::invalid,
                        fmt::format("Data set {} has no column '{}'.", set.key.name, column));
    }
    return {};
}

}  // namespace

io::Task<Result<>> Dashboards::create(Dashboard wanted) {
    auto good = check(wanted);
    if (good) good = check_count(state_->dashboards.size(), "dashboards");
    if (!good) co_return good;
    const auto set = state_->data_sets.find({wanted.key.home, wanted.data_set});
    if (set != state_->data_sets.end()) good = check_columns(wanted, set->second);
    if (!good) co_return good;
    wanted.version = 1;
    wanted.created = wanted.updated = home_.now();
    auto written =
        co_await state_->write([&](meta::Txn& txn) { return store::insert(txn, wanted); });
    if (written) state_->dashboards[wanted.key] = std::move(wanted);
    co_return written;
}

io::Task<Result<>> Dashboards::update(Dashboard changed) {
    if (auto found = find(changed.key); !found) co_return pass(found);
    auto good = check(changed);
    const auto set = state_->data_sets.find({changed.key.home, changed.data_set});
    if (good && set != state_->data_sets.end()) good = check_columns(changed, set->second);
    if (!good) co_return good;
    changed.updated = home_.now();
    auto written =
        co_await state_->write([&](meta::Txn& txn) { return store::update(txn, changed); });
    if (written) state_->dashboards[changed.key] = std::move(changed);
    co_return written;
}

Result<Dashboard> Dashboards::find(const Key& key) const {
    const auto found = state_->dashboards.find(key);
    if (found != state_->dashboards.end()) return found->second;
    return fail(Errc::not_found, fmt::format("Dashboard {} does not exist.", key.name));
}

std::vector<Dashboard> Dashboards::list(const Home& home) const {
    return of_home(state_->dashboards, home);
}

io::Task<Result<>> Dashboards::remove(Key key) {
    auto removed =
        co_await state_->write([&](meta::Txn& txn) { return store::remove_dashboard(txn, key); });
    if (removed) state_->dashboards.erase(key);
    co_return removed;
}

io::Task<Result<Data>> Dashboards::data(Key dashboard) {
    auto found = find(dashboard);
    if (!found) co_return pass(found);
    auto set = find_data_set({dashboard.home, found->data_set});
    if (!set) co_return pass(set);
    auto data = co_await state_->rows.young(std::move(*set), found->refresh_every);
    if (!data || data->columns.empty()) co_return data;
    // The SQL of the set or the table below it may have changed since the dashboard was made.
    for (const std::string& column : columns_of(*found)) {
        if (data->error.empty() &&
            std::ranges::find(data->columns, column, &Column::name) == data->columns.end())
            data->error =
                fmt::format("Data set {} has no column '{}' any more.", found->data_set, column);
    }
    co_return data;
}

}  // namespace freshet::dashboards
