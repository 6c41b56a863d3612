#include "query/runs.h"

#include "query/limits.h"
#include "query/results.h"

namespace freshet::query {
namespace {

constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::size_t result_bytes_max = std::size_t{2} << 30;

/// Gathers rows on the pool thread.
struct Collector {
    RunOutput& output;
    bool as_csv;
    std::int64_t rows_max;
    std::size_t bytes = 0;
    bool too_large = false;

    bool take(std::vector<sql::plan::Cells> rows) {
        for (auto& row : rows) {
            if (!as_csv) {
                if (rows_max >= 0 && static_cast<std::int64_t>(output.rows.size()) >= rows_max) {
                    output.cut = true;
                    continue;
                }
                output.rows.push_back(std::move(row));
                continue;
            }
            if (output.csv.empty() || output.csv.back().size() >= piece_bytes) output.csv.emplace_back();
            const std::string line = csv_line(row);
            bytes += line.size();
            output.csv.back() += line;
        }
        too_large = bytes > result_bytes_max;
        return !too_large;
    }
};

}  // namespace

Runs::Runs(io::Core& home, CatalogPort& catalog, ObjectsPort& objects, const Options& options)
    : home_(home), options_(options), planner_(catalog, objects), statements_(catalog, objects, planner_), freed_(home), pool_(limits::workers_max, "query") {}

io::Task<Outcome<std::unique_ptr<Worker>>> Runs::take_worker(std::shared_ptr<RunControl> control) {
    while (busy_ >= limits::workers_max && !control->cancelled && !stopping_) {
        co_await freed_.wait();
    }
    if (control->cancelled || stopping_) co_return std::unexpected(problem_of("USER_CANCELED", "Query was canceled"));
    std::unique_ptr<Worker> worker;
    while (!idle_.empty() && !worker) {
        worker = std::move(idle_.back());
        idle_.pop_back();
        if (!worker->alive()) worker.reset();
    }
    if (!worker) {
        auto started = Worker::start(options_.worker_path);
        if (!started) co_return std::unexpected(problem_of("GENERIC_INTERNAL_ERROR", started.error().message()));
        worker = std::move(*started);
    }
    ++busy_;
    co_return worker;
}

void Runs::give_back(std::unique_ptr<Worker> worker) {
    --busy_;
    if (worker->alive() && !stopping_) idle_.push_back(std::move(worker));
    freed_.notify();
}

void Runs::stop() {
    stopping_ = true;
    idle_.clear();
    freed_.notify();
}

io::Task<Outcome<RunOutput>> Runs::select(Home home, const sql::trino::Query& query, sql::trino::Context context, std::shared_ptr<RunControl> control, bool as_csv) {
    RunOutput output;
    const Timestamp begun = home_.now();
    auto planned = co_await planner_.plan(std::move(home), query, context);
    if (!planned) co_return std::unexpected(std::move(planned.error()));
    for (const auto& column : planned->columns) output.columns.push_back(column_of(column.name, column.type));
    output.planning_ms = (home_.now() - begun).count();
    planned->plan.memory_mib = static_cast<std::uint64_t>(limits::worker_memory_mib);
    planned->plan.spill_directory = options_.spill_directory;
    const Timestamp waiting = home_.now();
    // A warm worker may have died between queries: one that was never used before decides.
    for (int attempt = 0;; ++attempt) {
        auto worker = co_await take_worker(control);
        if (!worker) co_return std::unexpected(std::move(worker.error()));
        output.queue_ms = (home_.now() - waiting).count();
        control->worker = worker->get();
        control->running = true;
        const Timestamp engine = home_.now();
        Collector collector{output, as_csv, context.rows_max.value_or(-1)};
        auto answer = co_await pool_.run([&] {
            return (*worker)->run(sql::plan::encode_plan(planned->plan), limits::execution_time_max, [&](std::vector<sql::plan::Cells> rows) { return collector.take(std::move(rows)); });
        });
        control->worker = nullptr;
        output.engine_ms = (home_.now() - engine).count();
        const bool died_unused = !answer && answer.error().message == "the query worker ended" && attempt == 0;
        give_back(std::move(*worker));
        if (control->cancelled) co_return std::unexpected(problem_of("USER_CANCELED", "Query was canceled"));
        if (died_unused) continue;
        if (collector.too_large) co_return std::unexpected(problem_of("NOT_SUPPORTED", "the result is over the limit of 2 GiB"));
        if (!answer) co_return std::unexpected(problem_of(answer.error().code, answer.error().message));
        output.scanned_bytes = static_cast<std::int64_t>(*answer);
        co_return output;
    }
}

io::Task<Outcome<RunOutput>> Runs::statement(Home home, const sql::trino::Statement& statement, sql::trino::Context context) {
    auto printed = co_await statements_.run(std::move(home), statement, context);
    if (!printed) co_return std::unexpected(std::move(printed.error()));
    RunOutput output;
    output.columns = std::move(printed->columns);
    output.lines = std::move(printed->lines);
    co_return output;
}

}  // namespace freshet::query
