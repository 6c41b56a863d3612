// The rows of data sets: one query at a time for each, shared by all who want it, and its answer
// kept. A query that fails leaves the rows of the one before. Home core only.
#pragma once
#include <cstdint>
#include <map>
#include <memory>

#include "dashboards/errors.h"
#include "dashboards/ports.h"
#include "dashboards/types.h"
#include "io/core.h"

namespace freshet::dashboards {

class Rows {
  public:
    struct Held;

    Rows(io::Core& home, QueryPort& queries) : home_(home), queries_(queries), scope_(home) {}
    /// Asks nothing new; completes when the queries under way have ended.
    io::Task<void> stop();

    /// The kept rows when their query began less than `age_max` ago; else those of a query that
    /// runs or that starts now. Errc::unavailable after stop().
    io::Task<Result<Data>> young(DataSet set, Millis age_max);
    /// The rows of a query that starts after this call.
    io::Task<Result<Data>> fresh(DataSet set);
    /// The rows of a set that is not there yet, not kept. The error of the query is the caller's.
    io::Task<Result<std::shared_ptr<Held>>> ask_first(DataSet set);
    static const Data& of(const Held& held);
    /// Keeps them as the rows of the set, in place of those that were.
    void keep(const Key& set, std::shared_ptr<Held> held);
    void forget(const Key& set) { held_.erase(set); }

  private:
    io::Task<Result<>> wait_for(std::shared_ptr<Held> held, DataSet set, std::uint64_t query);
    io::Task<void> run(std::shared_ptr<Held> held, DataSet set);
    std::shared_ptr<Held> held_of(const Key& set);
    void drop_longest_unseen();
    io::Core& home_;
    QueryPort& queries_;
    std::map<Key, std::shared_ptr<Held>> held_;
    bool is_stopping_ = false;
    io::Scope scope_;
};

}  // namespace freshet::dashboards
