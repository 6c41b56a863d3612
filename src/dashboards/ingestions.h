// Ingestions: refreshes of a spice data set that a client starts, and asks about later. Home core:
// the dashboards'. One that was under way when the server stopped has failed.
#pragma once
#include <cstdint>
#include <string>

#include "dashboards/dashboards.h"

namespace freshet::dashboards {

struct Ingestion {
    enum class State { running, completed, failed };
    Key data_set;
    std::string id;  ///< the client's own
    State state = State::running;
    Timestamp created;
    Millis took{};
    std::int64_t rows = 0, bytes = 0;
    std::string error;
};

class Ingestions {
  public:
    Ingestions(Dashboards& dashboards, meta::Database& database)
        : dashboards_(dashboards), database_(database), scope_(dashboards.home()) {}
    Result<> load();
    /// After the dashboards have stopped: completes when all is written.
    io::Task<void> stop() { co_await scope_.join(); }

    /// Durable when it answers; the query is then under way. Errc::exists, Errc::not_found, and
    /// Errc::invalid for a data set that is not spice.
    io::Task<Result<Ingestion>> start(Key data_set, std::string id);
    io::Task<Result<Ingestion>> find(Key data_set, std::string id);

  private:
    io::Task<void> run(Ingestion ingestion);
    Dashboards& dashboards_;
    meta::Database& database_;
    io::Scope scope_;
};

}  // namespace freshet::dashboards
