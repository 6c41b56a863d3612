#include "dashboards/dashboards.h"

#include <fmt/format.h>

#include <algorithm>

#include "dashboards/limits.h"
#include "dashboards/state.h"
#include "dashboards/store.h"

namespace freshet::dashboards {

Dashboards::Dashboards(io::Core& home, meta::Database& database, QueryPort& queries)
    : home_(home), state_(std::make_unique<State>(home, database, queries)) {}
Dashboards::~Dashboards() = default;

Result<> Dashboards::load() {
    return state_->database.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (auto& source : all->sources) state_->sources.emplace(source.key, std::move(source));
        for (auto& set : all->data_sets) state_->data_sets.emplace(set.key, std::move(set));
        for (auto& one : all->dashboards) state_->dashboards.emplace(one.key, std::move(one));
        return {};
    });
}

io::Task<void> Dashboards::stop() { co_await state_->rows.stop(); }

Result<> check_names(const Key& key, const std::string& name) {
    const bool is_id = !key.name.empty() && key.name.size() <= limits::id_chars_max &&
                       std::ranges::all_of(key.name, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || c == '-' || c == '_';
                       });
    if (!is_id)
        return fail(Errc::invalid,
                    fmt::format("The id '{}' is not 1 to {} letters, digits, '-' and '_'.",
                                key.name, limits::id_chars_max));
    if (name.empty() || name.size() > limits::name_chars_max)
        return fail(Errc::invalid,
                    fmt::format("A name has 1 to {} characters.", limits::name_chars_max));
    return {};
}

Result<> check_count(std::size_t count, const char* kinds) {
    if (count < limits::of_a_kind_max) return {};
    return fail(Errc::invalid,
                fmt::format("There are {} {} already, the most.", limits::of_a_kind_max, kinds));
}

io::Task<Result<>> Dashboards::create_source(DataSource wanted) {
    auto good = check_names(wanted.key, wanted.name);
    if (good) good = check_count(state_->sources.size(), "data sources");
    if (!good) co_return good;
    wanted.created = wanted.updated = home_.now();
    auto written =
        co_await state_->write([&](meta::Txn& txn) { return store::insert(txn, wanted); });
    if (written) state_->sources[wanted.key] = std::move(wanted);
    co_return written;
}

io::Task<Result<>> Dashboards::update_source(DataSource changed) {
    auto found = find_source(changed.key);
    if (!found) co_return pass(found);
    if (auto good = check_names(changed.key, changed.name); !good) co_return good;
    changed.created = found->created;
    changed.updated = home_.now();
    auto written =
        co_await state_->write([&](meta::Txn& txn) { return store::update(txn, changed); });
    if (written) state_->sources[changed.key] = std::move(changed);
    co_return written;
}

Result<DataSource> Dashboards::find_source(const Key& key) const {
    const auto found = state_->sources.find(key);
    if (found != state_->sources.end()) return found->second;
    return fail(Errc::not_found, fmt::format("Data source {} does not exist.", key.name));
}

std::vector<DataSource> Dashboards::sources(const Home& home) const {
    return of_home(state_->sources, home);
}

io::Task<Result<>> Dashboards::remove_source(Key key) {
    auto removed =
        co_await state_->write([&](meta::Txn& txn) { return store::remove_source(txn, key); });
    if (removed) state_->sources.erase(key);
    co_return removed;
}

}  // namespace freshet::dashboards

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::dashboards::Errc>::domain() {
    static constexpr ErrorDomain instance{"dashboards"};
    return instance;
}
