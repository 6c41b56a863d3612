#include "dashboards/ingestions.h"

#include <fmt/format.h>

#include "base/log.h"
#include "dashboards/store.h"

namespace freshet::dashboards {

Result<> Ingestions::load() { return database_.write_now(store::fail_running); }

io::Task<Result<Ingestion>> Ingestions::start(Key data_set, std::string id) {
    auto set = dashboards_.find_data_set(data_set);
    if (!set) co_return pass(set);
    if (set->mode != ImportMode::spice)
        co_return fail(Errc::invalid,
                       fmt::format("Data set {} is a direct query: there is nothing to ingest.",
                                   data_set.name));
    Ingestion ingestion;
    ingestion.data_set = std::move(data_set);
    ingestion.id = std::move(id);
    ingestion.created = dashboards_.home().now();
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::insert(txn, ingestion); });
    if (!written && written.error().is_of<Errc>()) co_return pass(written);
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    scope_.spawn(run(ingestion));
    co_return ingestion;
}

io::Task<void> Ingestions::run(Ingestion ingestion) {
    auto data = co_await dashboards_.refresh(ingestion.data_set);
    const bool is_good = data && data->error.empty();
    ingestion.state = is_good ? Ingestion::State::completed : Ingestion::State::failed;
    ingestion.took = dashboards_.home().now() - ingestion.created;
    if (is_good) {
        ingestion.rows = static_cast<std::int64_t>(data->rows.size());
        for (const auto& row : data->rows) {
            for (const auto& cell : row)
                ingestion.bytes += cell ? static_cast<std::int64_t>(cell->size()) : 0;
        }
    } else {
        ingestion.error = data ? data->error : data.error().message();
    }
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::finish(txn, ingestion); });
    if (!written)
        log_warn("dashboards", "the end of an ingestion was not written",
                 {{"id", ingestion.id}, {"reason", written.error().message()}});
}

io::Task<Result<Ingestion>> Ingestions::find(Key data_set, std::string id) {
    auto set = dashboards_.find_data_set(data_set);
    if (!set) co_return pass(set);
    auto found = co_await database_.read([&](const meta::Connection& connection) {
        return store::find_ingestion(connection, data_set, id);
    });
    if (!found) co_return pass(found);
    if (!*found) co_return fail(Errc::not_found, fmt::format("Ingestion {} does not exist.", id));
    co_return std::move(**found);
}

}  // namespace freshet::dashboards
