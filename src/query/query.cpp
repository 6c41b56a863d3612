#include "query/query.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <tuple>

#include "base/check.h"
#include "base/log.h"
#include "base/uuid.h"
#include "query/limits.h"
#include "query/results.h"
#include "query/runs.h"
#include "query/store.h"
#include "query/tables.h"
#include "sql/trino/parse/parser.h"

namespace freshet::query {
namespace {

using Parsed = sql::trino::Statement;
using Kind = sql::trino::StatementKind;

struct KindName {
    Kind kind;
    StatementKind group;
    std::string_view name;
};
constexpr KindName kind_names[] = {
    {Kind::select, StatementKind::dml, "SELECT"},
    {Kind::create_view, StatementKind::ddl, "CREATE_VIEW"},
    {Kind::drop_view, StatementKind::ddl, "DROP_VIEW"},
    {Kind::drop_table, StatementKind::ddl, "DROP_TABLE"},
    {Kind::drop_database, StatementKind::ddl, "DROP_DATABASE"},
    {Kind::create_database, StatementKind::ddl, "CREATE_DATABASE"},
    {Kind::create_table, StatementKind::ddl, "CREATE_TABLE"},
    {Kind::add_partitions, StatementKind::ddl, "ALTER_TABLE_ADD_PARTITION"},
    {Kind::drop_partitions, StatementKind::ddl, "ALTER_TABLE_DROP_PARTITION"},
    {Kind::add_columns, StatementKind::ddl, "ALTER_TABLE_ADD_COLUMNS"},
    {Kind::repair_table, StatementKind::ddl, "MSCK_REPAIR"},
    {Kind::show_databases, StatementKind::utility, "SHOW_DATABASES"},
    {Kind::show_tables, StatementKind::utility, "SHOW_TABLES"},
    {Kind::show_columns, StatementKind::utility, "SHOW_COLUMNS"},
    {Kind::show_partitions, StatementKind::utility, "SHOW_PARTITIONS"},
    {Kind::show_create_table, StatementKind::utility, "SHOW_CREATE_TABLE"},
    {Kind::show_views, StatementKind::utility, "SHOW_VIEWS"},
    {Kind::show_create_view, StatementKind::utility, "SHOW_CREATE_VIEW"},
    {Kind::show_properties, StatementKind::utility, "SHOW_TBLPROPERTIES"},
    {Kind::show_functions, StatementKind::utility, "SHOW_FUNCTIONS"},
    {Kind::describe, StatementKind::utility, "DESCRIBE_TABLE"},
    {Kind::optimize, StatementKind::ddl, "OPTIMIZE"}};

std::string fingerprint_of(const StartRequest& r) {
    std::string text = r.sql + '\x1f' + r.database + '\x1f' + r.catalog + '\x1f' + r.work_group +
                       '\x1f' + r.output_location.value_or("");
    for (const auto& parameter : r.parameters) text += '\x1f' + parameter;
    return text;
}

std::string asked_key(const Home& home, const std::string& token) {
    return home.account + '/' + home.region + '/' + token;
}

Failure no_execution(const ExecutionId& id) {
    return fail(Errc::not_found, fmt::format("QueryExecution {} was not found", *id));
}

}  // namespace

struct Query::State {
    State(io::Core& home_, meta::Database& database_, CatalogPort& catalog_, ObjectsPort& objects_,
          Options options_)
        : home(home_),
          database(database_),
          catalog(catalog_),
          objects(objects_),
          options(std::move(options_)),
          runs(home_, catalog_, objects_, options),
          scope(home_),
          ended(home_) {}
    io::Core& home;
    meta::Database& database;
    CatalogPort& catalog;
    ObjectsPort& objects;
    Options options;
    Runs runs;
    io::Scope scope;
    io::Signal ended;  ///< an execution ended
    struct Active {
        store::Stored stored;
        std::shared_ptr<RunControl> control;
        Home home;
    };
    std::map<std::string, std::shared_ptr<Active>> active;
    std::map<std::string, std::shared_ptr<RunControl>> asked;  ///< by asked_key()
    // asked_key() of cancels that overtook their statement
    std::deque<std::string> cancelled_early;
    std::deque<Finished> finished;
    std::map<std::pair<Home, std::string>, Totals> totals;  ///< by work group

    Totals& totals_of(const Home& of, const std::string& work_group) {
        Totals& all = totals[{of, work_group}];
        all.home = of;
        all.work_group = work_group;
        return all;
    }
    void count(const Home& of, const Execution& e);

    io::Task<Result<Answer>> run_asked(AskRequest request, std::shared_ptr<RunControl> control);
    io::Task<void> execute(std::shared_ptr<Active> run, std::shared_ptr<Parsed> parsed);
    io::Task<Outcome<bool>> put_results(Active& run, RunOutput& output);
    void finish(Active& run, const Outcome<bool>& done, const RunOutput& output);
    io::Task<Result<store::Stored>> find(Home of, ExecutionId id);
    io::Task<Result<Page>> page(store::Stored stored, int rows_max, std::size_t offset);
};

Query::Query(io::Core& home, meta::Database& database, CatalogPort& catalog, ObjectsPort& objects,
             Options options)
    : state_(std::make_unique<State>(home, database, catalog, objects, std::move(options))) {}
Query::~Query() = default;
io::Core& Query::home() { return state_->home; }

Result<> Query::open() {
    const Timestamp now = state_->home.now();
    clear_result_files(state_->options.spill_directory);
    return state_->database.write_now([&](meta::Txn& txn) -> Result<> {
        if (auto done = store::fail_unfinished(txn, to_epoch_ms(now)); !done) return done;
        return store::forget_before(txn, to_epoch_ms(now - limits::history_kept));
    });
}

io::Task<void> Query::stop() {
    for (auto& [id, run] : state_->active) run->control->cancel();
    state_->runs.stop();
    co_await state_->scope.join();
}

io::Task<Result<ExecutionId>> Query::start(StartRequest request) {
    State& s = *state_;
    if (request.sql.size() > limits::statement_bytes_max) {
        co_return fail(Errc::invalid_request,
                       "queryString failed to satisfy constraint: Member must have length less "
                       "than or equal to 262144");
    }
    if (request.work_group != "primary")
        co_return fail(Errc::invalid_request,
                       fmt::format("WorkGroup {} is not found.", request.work_group));
    const std::string fingerprint = fingerprint_of(request);
    if (request.token) {
        auto known = co_await s.database.read([&](const meta::Connection& c) {
            return store::find_token(c, request.home, *request.token);
        });
        if (!known) co_return pass(known);
        if (*known) {
            if ((*known)->fingerprint != fingerprint)
                co_return fail(Errc::invalid_request, "Idempotent parameters do not match");
            co_return (*known)->execution.id;
        }
    }
    auto location = request.output_location ? request.output_location : s.options.default_output;
    std::string bucket, key;
    if (!location) {
        co_return fail(Errc::invalid_request,
                       "No output location provided. An output location is required either through "
                       "the Workgroup result configuration setting or as an API input.");
    }
    if (!parse_location(*location, bucket, key))
        co_return fail(Errc::invalid_request,
                       fmt::format("outputLocation is not a valid S3 path: {}", *location));
    if (s.active.size() >= limits::queue_max)
        co_return fail(Errc::invalid_request, "Too many queries are waiting");
    auto parsed = co_await s.runs.parse(request.sql);
    if (!parsed)
        co_return fail(Errc::syntax, parsed.error().code == sql::ErrorCode::unsupported_statement
                                         ? parsed.error().message
                                         : parsed.error().text());
    auto run = std::make_shared<State::Active>();
    run->home = request.home;
    run->control = std::make_shared<RunControl>();
    Execution& e = run->stored.execution;
    e.id = ExecutionId(new_uuid());
    e.home = request.home;
    e.sql = std::move(request.sql);
    e.database = sql::trino::lower_case(request.database);
    e.catalog = std::move(request.catalog);
    e.work_group = std::move(request.work_group);
    e.parameters = std::move(request.parameters);
    for (const auto& known : kind_names) {
        if (known.kind != parsed->kind) continue;
        e.kind = known.group;
        e.substatement = known.name;
    }
    e.submitted = s.home.now();
    if (!location->ends_with('/')) *location += '/';
    e.output_location = *location + *e.id + (parsed->kind == Kind::select ? ".csv" : ".txt");
    run->stored.token = request.token.value_or("");
    run->stored.fingerprint = fingerprint;
    auto written =
        co_await s.database.write([&](meta::Txn& txn) { return store::insert(txn, run->stored); });
    if (!written) co_return pass(written);
    s.active[*e.id] = run;
    s.scope.spawn(s.execute(run, std::make_shared<Parsed>(std::move(*parsed))));
    co_return run->stored.execution.id;
}

io::Task<Outcome<bool>> Query::State::put_results(Active& run, RunOutput& output) {
    const Execution& e = run.stored.execution;
    std::string bucket, key;
    parse_location(e.output_location, bucket, key);
    std::vector<Bytes> metadata;
    metadata.push_back(Bytes::own(metadata_bytes(*e.id, output.columns)));
    auto put = co_await objects.put(run.home, bucket, key + ".metadata", "application/octet-stream",
                                    std::move(metadata));
    if (put && output.file) {
        put = co_await objects.put_body(run.home, bucket, key, "text/csv",
                                        runs.body_of(std::move(output.file), run.control));
    } else if (put) {
        std::string text;
        for (const auto& line : output.lines) text += line + "\n";
        std::vector<Bytes> content;
        content.push_back(Bytes::own(std::move(text)));
        put = co_await objects.put(run.home, bucket, key, "text/plain", std::move(content));
    }
    if (run.control->cancelled) co_return std::unexpected(cancelled_problem());
    if (!put)
        co_return std::unexpected(Problem{fmt::format("Unable to write the query results to {}: {}",
                                                      e.output_location, put.error().message()),
                                          2, 401, false});
    co_return true;
}

void Query::State::finish(Active& run, const Outcome<bool>& done, const RunOutput& output) {
    Execution& e = run.stored.execution;
    FRESHET_CHECK(e.state == query::State::running);
    FRESHET_CHECK(!e.completed);
    e.completed = home.now();
    const std::int64_t total = (*e.completed - e.submitted).count();
    // Clients take 0 for "not known": what ran took at least a millisecond.
    const auto some = [](std::int64_t value) { return std::max<std::int64_t>(1, value); };
    e.statistics = {some(output.queue_ms), some(output.planning_ms), some(output.engine_ms), 1,
                    some(total),           output.scanned_bytes};
    if (done) {
        e.state = query::State::succeeded;
        run.stored.columns = output.columns;
    } else {
        e.problem = done.error();
        e.state = run.control->cancelled ? query::State::cancelled : query::State::failed;
    }
}

void Query::State::count(const Home& of, const Execution& e) {
    Totals& all = totals_of(of, e.work_group);
    (e.state == query::State::succeeded ? all.succeeded
     : e.state == query::State::failed  ? all.failed
                                        : all.cancelled) += 1;
    all.total_ms += e.statistics.total_ms;
    all.scanned_bytes += e.statistics.scanned_bytes;
    if (finished.size() >= limits::finished_max) finished.pop_front();
    finished.push_back({of, e.work_group, e.kind, e.state, e.statistics});
}

io::Task<std::vector<Finished>> Query::take_finished() {
    std::deque<Finished> taken = std::exchange(state_->finished, {});
    co_return std::vector<Finished>(std::move_iterator(taken.begin()),
                                    std::move_iterator(taken.end()));
}

io::Task<std::vector<Totals>> Query::totals() {
    for (auto& [key, one] : state_->totals) one.running = 0;
    for (const auto& [id, run] : state_->active)
        ++state_->totals_of(run->home, run->stored.execution.work_group).running;
    std::vector<Totals> all;
    for (const auto& [key, one] : state_->totals) all.push_back(one);
    co_return all;
}

io::Task<void> Query::State::execute(std::shared_ptr<Active> run, std::shared_ptr<Parsed> parsed) {
    Execution& e = run->stored.execution;
    sql::trino::Context context{e.database, to_epoch_ms(home.now()), e.parameters, std::nullopt};
    RunOutput output;
    Outcome<bool> done = true;
    FRESHET_CHECK(e.state == query::State::queued);
    e.state = query::State::running;
    Outcome<RunOutput> ran;
    if (parsed->kind == Kind::select) {
        auto file = std::make_shared<ResultFile>(result_path(options.spill_directory, *e.id));
        ran =
            co_await runs.select(run->home, *parsed->query, context, run->control, std::move(file));
    } else {
        ran = co_await runs.statement(run->home, *parsed, context, run->control);
    }
    if (ran) {
        output = std::move(*ran);
        done = co_await put_results(*run, output);
    } else {
        done = pass(ran);
    }
    store::Stored before = run->stored;
    State::finish(*run, done, output);
    store::Stored finished = run->stored;
    count(run->home, finished.execution);
    run->stored = std::move(before);  // the end is reported when it is durable
    auto written =
        co_await database.write([&](meta::Txn& txn) { return store::update(txn, finished); });
    if (!written) log_error("query", "history", {{"error", written.error().message()}});
    active.erase(*finished.execution.id);
    ended.notify();
}

io::Task<Result<store::Stored>> Query::State::find(Home of, ExecutionId id) {
    if (const auto found = active.find(*id); found != active.end() && found->second->home == of) {
        store::Stored stored = found->second->stored;
        // A SELECT runs from when it has a worker.
        const bool waits =
            stored.execution.kind == StatementKind::dml && !found->second->control->is_running;
        if (waits && stored.execution.state == query::State::running)
            stored.execution.state = query::State::queued;
        co_return stored;
    }
    auto stored =
        co_await database.read([&](const meta::Connection& c) { return store::find(c, of, *id); });
    if (!stored) co_return pass(stored);
    if (!*stored) co_return no_execution(id);
    co_return std::move(**stored);
}

io::Task<Result<Execution>> Query::get(Home home, ExecutionId id) {
    State& s = *state_;
    // A client that asks at once would sleep a second before it asks again: give a short query time
    // to end.
    if (!s.home.clock().is_manual()) {
        const Timestamp deadline = s.home.now() + limits::first_look_wait;
        while (s.active.contains(*id) && s.home.now() < deadline) {
            co_await s.ended.wait_until(deadline);
        }
    }
    auto stored = co_await s.find(std::move(home), std::move(id));
    if (!stored) co_return pass(stored);
    co_return std::move(stored->execution);
}

io::Task<Result<Execution>> Query::ended(Home home, ExecutionId id) {
    State& s = *state_;
    while (s.active.contains(*id)) {
        co_await s.ended.wait();
    }
    auto stored = co_await s.find(std::move(home), std::move(id));
    if (!stored) co_return pass(stored);
    co_return std::move(stored->execution);
}

io::Task<Result<std::vector<Execution>>> Query::get_many(Home home, std::vector<ExecutionId> ids) {
    std::vector<Execution> found;
    for (const auto& id : ids) {
        auto stored = co_await state_->find(home, id);
        if (stored) {
            found.push_back(std::move(stored->execution));
        } else if (!stored.error().is(Errc::not_found)) {
            co_return pass(stored);
        }
    }
    co_return found;
}

io::Task<Result<Listing>> Query::list(Home home, std::string work_group, int count_max,
                                      std::int64_t next) {
    auto rows = co_await state_->database.read([&](const meta::Connection& c) {
        return store::list(c, home, work_group, next, count_max + 1);
    });
    if (!rows) co_return pass(rows);
    Listing listing;
    for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(count_max); ++i)
        listing.ids.emplace_back((*rows)[i].second);
    if (rows->size() > static_cast<std::size_t>(count_max))
        listing.next = (*rows)[static_cast<std::size_t>(count_max) - 1].first;
    co_return listing;
}

io::Task<Result<>> Query::cancel(Home home, ExecutionId id) {
    auto stored = co_await state_->find(home, id);
    if (!stored) co_return pass(stored);
    if (const auto found = state_->active.find(*id); found != state_->active.end()) {
        found->second->control->cancel();
        state_->runs.wake();
    }
    co_return Result<>();
}

io::Task<Result<Page>> Query::results(Home home, ExecutionId id, int rows_max,
                                      std::optional<std::string> next) {
    auto stored = co_await state_->find(std::move(home), std::move(id));
    if (!stored) co_return pass(stored);
    const Execution& e = stored->execution;
    switch (e.state) {
        case query::State::queued:
            co_return fail(Errc::not_ready, "Query has not yet finished. Current state: QUEUED");
        case query::State::running:
            co_return fail(Errc::not_ready, "Query has not yet finished. Current state: RUNNING");
        case query::State::failed:
            co_return fail(Errc::not_ready,
                           "Query did not finish successfully. Final query state: FAILED");
        case query::State::cancelled:
            co_return fail(Errc::not_ready,
                           "Query did not finish successfully. Final query state: CANCELLED");
        case query::State::succeeded:
            break;
    }
    std::size_t offset = 0;
    if (next) {
        const std::string mark = *e.id + ":";
        if (!next->starts_with(mark) || next->size() == mark.size() ||
            next->find_first_not_of("0123456789", mark.size()) != std::string::npos ||
            next->size() > mark.size() + 18) {
            co_return fail(Errc::invalid_request, "Invalid NextToken");
        }
        offset = static_cast<std::size_t>(std::stoull(next->substr(mark.size())));
    }
    auto page = co_await state_->page(std::move(*stored), rows_max, offset);
    co_return page;
}

io::Task<Result<Page>> Query::State::page(store::Stored stored, int rows_max, std::size_t offset) {
    Page page;
    page.columns = stored.columns;
    const Execution& e = stored.execution;
    std::string bucket, key;
    parse_location(e.output_location, bucket, key);
    std::string buffer;
    std::size_t at = 0;
    bool is_last_piece = false;
    const auto take = [&](Row& row) {
        if (e.kind == StatementKind::dml)
            return read_csv_line(buffer, at, stored.columns.size(), row);
        const auto end = buffer.find('\n', at);
        if (end == std::string::npos) return false;
        row = {buffer.substr(at, end - at)};
        at = end + 1;
        return true;
    };
    constexpr std::size_t read_bytes = 1 << 20;
    while (true) {
        Row row;
        while (static_cast<int>(page.rows.size()) < rows_max && take(row))
            page.rows.push_back(std::move(row));
        const bool is_full = static_cast<int>(page.rows.size()) >= rows_max;
        if (is_last_piece || (is_full && at < buffer.size())) break;
        auto piece = co_await objects.read(bucket, key, offset + buffer.size(), read_bytes);
        if (!piece)
            co_return fail(Errc::invalid_request,
                           fmt::format("Could not find results at {}: {}", e.output_location,
                                       piece.error().message()));
        is_last_piece = piece->size() < read_bytes;
        buffer += piece->view();
    }
    if (at < buffer.size()) page.next = *e.id + ":" + std::to_string(offset + at);
    co_return page;
}

io::Task<Result<Answer>> Query::ask(AskRequest request) {
    auto control = std::make_shared<RunControl>();
    const std::string asked = asked_key(request.home, request.token);
    if (!request.token.empty()) {
        state_->asked[asked] = control;
        if (std::erase(state_->cancelled_early, asked) > 0) control->cancel();
    }
    auto ran = co_await state_->run_asked(std::move(request), control);
    if (const auto held = state_->asked.find(asked);
        held != state_->asked.end() && held->second == control)
        state_->asked.erase(held);
    co_return ran;
}

io::Task<Result<Answer>> Query::State::run_asked(AskRequest request,
                                                 std::shared_ptr<RunControl> control) {
    auto parsed = co_await runs.parse(request.sql);
    if (!parsed) co_return fail(Errc::syntax, parsed.error().text());
    sql::trino::Context context{
        sql::trino::lower_case(request.database), to_epoch_ms(home.now()), {}, request.rows_max};
    Outcome<RunOutput> ran;
    if (parsed->kind == Kind::select) {
        ran = co_await runs.select(request.home, *parsed->query, context, control, nullptr);
    } else {
        ran = co_await runs.statement(request.home, *parsed, context, control);
    }
    if (!ran) co_return fail(Errc::failed, ran.error().message);
    Answer answer;
    answer.columns = std::move(ran->columns);
    answer.rows = std::move(ran->rows);
    for (auto& line : ran->lines) answer.rows.push_back({std::move(line)});
    answer.is_cut = ran->is_cut;
    answer.statistics = {ran->queue_ms,
                         ran->planning_ms,
                         ran->engine_ms,
                         0,
                         ran->queue_ms + ran->planning_ms + ran->engine_ms,
                         ran->scanned_bytes};
    co_return answer;
}

void Query::cancel_asked(const Home& home, const std::string& token) {
    const std::string asked = asked_key(home, token);
    if (const auto held = state_->asked.find(asked); held != state_->asked.end())
        return held->second->cancel();
    state_->cancelled_early.push_back(asked);
    if (state_->cancelled_early.size() > limits::cancelled_early_max)
        state_->cancelled_early.pop_front();
}

io::Task<Result<WorkGroup>> Query::work_group(Home, std::string name) {
    if (name != "primary")
        co_return fail(Errc::not_found, fmt::format("WorkGroup {} is not found.", name));
    co_return WorkGroup{"primary", "", state_->options.default_output, false, Timestamp{}};
}

io::Task<Result<std::vector<WorkGroup>>> Query::work_groups(Home home) {
    auto primary = co_await work_group(std::move(home), "primary");
    if (!primary) co_return pass(primary);
    co_return std::vector<WorkGroup>{*primary};
}

namespace {
Failure metadata_error(const Error& error, bool is_of_table) {
    if (error.is(PortErrc::not_found))
        return fail(is_of_table ? Errc::no_such_table : Errc::no_such_database, error.message());
    return fail(Errc::metadata, error.message());
}
}  // namespace

io::Task<Result<std::vector<CatalogDatabase>>> Query::databases(Home home) {
    auto found = co_await state_->catalog.databases(std::move(home));
    if (!found) co_return metadata_error(found.error(), false);
    co_return std::move(*found);
}

io::Task<Result<CatalogDatabase>> Query::database(Home home, std::string name) {
    auto found = co_await state_->catalog.database(std::move(home), sql::trino::lower_case(name));
    if (!found) co_return metadata_error(found.error(), false);
    co_return std::move(*found);
}

io::Task<Result<std::vector<CatalogTable>>> Query::tables(Home home, std::string database,
                                                          std::optional<std::string> pattern) {
    auto found = co_await state_->catalog.tables(std::move(home), sql::trino::lower_case(database));
    if (!found) co_return metadata_error(found.error(), false);
    if (pattern && !pattern->empty())
        std::erase_if(*found, [&](const CatalogTable& table) {
            return !matches_pattern(table.name, *pattern);
        });
    co_return std::move(*found);
}

io::Task<Result<CatalogTable>> Query::table(Home home, std::string database, std::string name) {
    auto found = co_await state_->catalog.table(std::move(home), sql::trino::lower_case(database),
                                                sql::trino::lower_case(name));
    if (!found) co_return metadata_error(found.error(), true);
    co_return std::move(*found);
}

}  // namespace freshet::query
