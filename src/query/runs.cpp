#include "query/runs.h"

#include "base/check.h"
#include "query/limits.h"
#include "query/results.h"
#include "sql/trino/parse/parser.h"

namespace freshet::query {
namespace {

using sql::ErrorCode;

/// Gathers the rows of an answer without a result object, on the pool thread.
struct Collector {
    RunOutput& output;
    std::int64_t rows_max;
    std::size_t bytes = 0;

    bool take(std::vector<sql::plan::Cells> rows) {
        for (auto& row : rows) {
            const bool is_full =
                rows_max >= 0 && static_cast<std::int64_t>(output.rows.size()) >= rows_max;
            if (is_full || bytes > limits::answer_bytes_max) {
                output.is_cut = true;
                break;
            }
            for (const auto& cell : row) bytes += sizeof cell + (cell ? cell->size() : 0);
            output.rows.push_back(std::move(row));
        }
        return true;
    }
};

}  // namespace

Runs::Runs(io::Core& home, CatalogPort& catalog, ObjectsPort& objects, const Options& options)
    : home_(home),
      objects_(objects),
      options_(options),
      freed_(home),
      analyses_(limits::analyses_max, "query-analysis"),
      pool_(limits::workers_max + limits::small_workers_max, "query"),
      files_(1, "query-files"),
      planner_(catalog, objects, analyses_),
      statements_(catalog, objects, planner_) {}

io::Task<sql::trino::SyntaxResult<sql::trino::Statement>> Runs::parse(std::string text) {
    auto parsed = co_await analyses_.run([&] { return sql::trino::parse_statement(text); });
    co_return parsed;
}

std::shared_ptr<io::BodyReader> Runs::body_of(std::shared_ptr<ResultFile> file,
                                              std::shared_ptr<RunControl> control) {
    return read_file(std::move(file), files_, [control] { return control->cancelled.load(); });
}

io::Task<Outcome<Runs::Place>> Runs::take_place(std::shared_ptr<RunControl> control,
                                                bool may_be_small) {
    Place place;
    while (true) {
        if (control->cancelled || is_stopping_) co_return std::unexpected(cancelled_problem());
        place.is_small = busy_[0] >= limits::workers_max;
        if (!place.is_small || (may_be_small && busy_[1] < limits::small_workers_max)) break;
        co_await freed_.wait();
    }
    auto& idle = idle_[place.is_small ? 1 : 0];
    while (!idle.empty() && !place.worker) {
        place.worker = std::move(idle.back());
        idle.pop_back();
        if (!place.worker->is_alive()) place.worker.reset();
    }
    if (!place.worker) {
        auto started = Worker::start(options_.worker_path);
        if (!started)
            co_return std::unexpected(
                problem_of(ErrorCode::generic_internal_error, started.error().message()));
        place.worker = std::move(*started);
    }
    ++busy_[place.is_small ? 1 : 0];
    FRESHET_CHECK(busy_[0] <= limits::workers_max);
    FRESHET_CHECK(busy_[1] <= limits::small_workers_max);
    co_return place;
}

void Runs::give_back(Place place) {
    const std::size_t kind = place.is_small ? 1 : 0;
    FRESHET_CHECK(place.worker != nullptr);
    FRESHET_CHECK(busy_[kind] > 0);
    --busy_[kind];
    if (place.worker->is_alive() && !is_stopping_) idle_[kind].push_back(std::move(place.worker));
    freed_.notify();
}

void Runs::stop() {
    is_stopping_ = true;
    for (auto& idle : idle_) idle.clear();
    freed_.notify();
}

io::Task<Outcome<RunOutput>> Runs::select(Home home, const sql::trino::Query& query,
                                          sql::trino::Context context,
                                          std::shared_ptr<RunControl> control,
                                          std::shared_ptr<ResultFile> file) {
    RunOutput output;
    output.file = file;
    context.cancelled = &control->cancelled;
    const Timestamp begun = home_.now();
    const auto hold = objects_.hold();  // until the rows are read
    auto planned = co_await planner_.plan(std::move(home), query, context);
    if (!planned) co_return pass(planned);
    sql::plan::QueryPlan& plan = planned->plan;
    for (const auto& column : planned->columns) {
        output.columns.push_back(column_of(column.name, column.type));
        plan.result.labels.push_back(column.name);
    }
    if (file) plan.result.path = file->path();
    plan.result.bytes_max = limits::result_bytes_max;
    plan.spill_directory = options_.spill_directory;
    output.planning_ms = (home_.now() - begun).count();
    const Timestamp waiting = home_.now();
    bool may_be_small = true, may_be_dead = true;
    while (true) {
        auto place = co_await take_place(control, may_be_small);
        if (!place) co_return pass(place);
        const bool is_small = place->is_small;
        output.queue_ms = (home_.now() - waiting).count();
        control->worker = place->worker.get();
        control->is_running = true;
        plan.memory_mib = static_cast<std::uint64_t>(is_small ? limits::small_memory_mib
                                                              : limits::worker_memory_mib);
        const Timestamp engine = home_.now();
        output.rows.clear();
        output.is_cut = false;
        Collector collector{output, context.rows_max.value_or(-1)};
        auto answer = co_await pool_.run([&] {
            return place->worker->run(
                sql::plan::encode_plan(plan),
                is_small ? limits::small_time_max : limits::execution_time_max,
                [&](std::vector<sql::plan::Cells> rows) {
                    return collector.take(std::move(rows));
                });
        });
        control->worker = nullptr;
        output.engine_ms = (home_.now() - engine).count();
        give_back(std::move(*place));
        if (control->cancelled) co_return std::unexpected(cancelled_problem());
        if (answer) {
            output.scanned_bytes = static_cast<std::int64_t>(*answer);
            co_return output;
        }
        const ErrorCode code = answer.error().code;
        // It was not small: it waits for a place where it may take its time.
        const bool was_too_large = is_small && (code == ErrorCode::exceeded_time_limit ||
                                                code == ErrorCode::exceeded_local_memory_limit);
        // A warm worker may have died between queries: one that was never used before decides.
        const bool was_dead = may_be_dead && code == ErrorCode::worker_gone;
        if (!was_too_large && !was_dead)
            co_return std::unexpected(problem_of(code, answer.error().message));
        if (was_too_large) {
            may_be_small = false;
            control->is_running = false;
        } else {
            may_be_dead = false;
        }
    }
}

io::Task<Outcome<RunOutput>> Runs::statement(Home home, const sql::trino::Statement& statement,
                                             sql::trino::Context context,
                                             std::shared_ptr<RunControl> control) {
    auto printed = co_await statements_.run(std::move(home), statement, context, control->work);
    if (!printed) co_return pass(printed);
    RunOutput output;
    output.columns = std::move(printed->columns);
    output.lines = std::move(printed->lines);
    co_return output;
}

}  // namespace freshet::query
