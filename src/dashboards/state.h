// What the facade keeps between calls: everything of the store, in memory, and the rows. Only the
// files that implement dashboards.h include it.
#pragma once
#include "dashboards/dashboards.h"
#include "dashboards/rows.h"

namespace freshet::dashboards {

struct Dashboards::State {
    State(io::Core& home, meta::Database& database_, QueryPort& queries)
        : database(database_), rows(home, queries) {}

    /// The change, durable; a refusal of storage is Errc::unavailable.
    template <class Work>
    io::Task<Result<>> write(Work work) {
        auto written = co_await database.write(std::move(work));
        if (!written && !written.error().template is_of<Errc>())
            co_return fail(Errc::unavailable, written.error().message());
        co_return written;
    }

    meta::Database& database;
    std::map<Key, DataSource> sources;
    std::map<Key, DataSet> data_sets;
    std::map<Key, Dashboard> dashboards;
    Rows rows;
};

/// Those of one account and region, in order of id.
template <class T>
std::vector<T> of_home(const std::map<Key, T>& all, const Home& home) {
    std::vector<T> found;
    for (auto at = all.lower_bound({home, ""}); at != all.end() && at->first.home == home; ++at)
        found.push_back(at->second);
    return found;
}

/// Errc::invalid: an id or a name that QuickSight does not take either.
Result<> check_names(const Key& key, const std::string& name);
Result<> check_count(std::size_t count, const char* kinds);

}  // namespace freshet::dashboards
