#include "analytics/analytics.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "analytics/limits.h"
#include "analytics/store.h"
#include "base/log.h"
#include "base/text/arn.h"
#include "io/homes.h"
#include "io/steady_time.h"

namespace freshet::analytics {
namespace {

/// A snapshot that somebody waits for is finished.
constexpr auto no_end = std::chrono::steady_clock::time_point::max();

Error from_store(Error error) {
    if (error.is(meta::Errc::conflict)) return Error(Errc::in_use, "Application already exists");
    return error.is_of<Errc>() ? error : Error(Errc::unavailable, error.message());
}

/// The in-application streams that the inputs make.
std::vector<flow::InputStream> streams_of(const Application& application) {
    std::vector<flow::InputStream> streams;
    for (const Input& input : application.inputs) {
        for (int i = 0; i < input.parallelism; ++i)
            streams.push_back({input.stream_name(i), input.schema});
    }
    return streams;
}

}  // namespace

std::string Input::stream_name(int index) const {
    return fmt::format("{}_{:03}", name_prefix, index + 1);
}

std::string arn_of(const ApplicationKey& key) {
    return arn_text("kinesisanalytics", key, "application/");
}

std::string next_id(Application& application) { return fmt::format("{}.1", application.next_id++); }

Applications::~Applications() = default;

Result<> Applications::load() {
    return parts_.database.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (Application& application : *all)
            applications_.emplace(application.key, std::move(application));
        return {};
    });
}

void Applications::start() {
    for (const auto& [key, application] : applications_) {
        if (application.status == Status::running)
            io::detach(parts_.home, [](Applications& self, ApplicationKey name) -> io::Task<void> {
                auto begun = co_await self.begin(name);
                if (!begun)
                    log_error("analytics", "cannot go on",
                              {{"application", name.name}, {"reason", begun.error().message()}});
            }(*this, key));
    }
}

io::Task<void> Applications::stop() {
    const auto until = io::monotonic_now() + limits::last_snapshot_max;
    while (!runs_.empty()) {
        const ApplicationKey key = runs_.begin()->first;
        co_await end_run(key, until);
    }
}

io::Task<void> Applications::end_run(ApplicationKey key,
                                     std::chrono::steady_clock::time_point until) {
    const auto found = runs_.find(key);
    if (found == runs_.end()) co_return;
    const std::shared_ptr<Runner> runner = std::move(found->second.runner);
    runs_.erase(found);
    co_await io::run_on(runner->home(), runner->stop(until));
}

namespace {
struct SeenRun {
    Figures figures;
    Positions places;
};
io::Task<SeenRun> look_at(std::shared_ptr<Runner> runner) {
    co_return SeenRun{runner->figures(), runner->positions()};
}
}  // namespace

io::Task<void> Applications::look_at_runs() {
    std::vector<std::pair<ApplicationKey, std::shared_ptr<Runner>>> all;
    for (const auto& [key, run] : runs_) all.emplace_back(key, run.runner);
    for (const auto& [key, runner] : all) {
        SeenRun seen = co_await io::run_on(runner->home(), look_at(runner));
        const auto found = runs_.find(key);  // another run may have begun meanwhile
        if (found == runs_.end() || found->second.runner != runner) continue;
        found->second.figures = std::move(seen.figures);
        found->second.places = std::move(seen.places);
    }
}

Result<const Application*> Applications::find(const ApplicationKey& key) const {
    const auto found = applications_.find(key);
    if (found == applications_.end())
        return fail(Errc::not_found, fmt::format("Application {} not found.", key.name));
    return &found->second;
}

std::vector<const Application*> Applications::list(const Home& home,
                                                   const std::string& after) const {
    std::vector<const Application*> all;
    for (auto one = applications_.upper_bound({home, after}); one != applications_.end(); ++one) {
        if (one->first.home != home) break;
        all.push_back(&one->second);
    }
    return all;
}

Result<> Applications::check(const Application& application) const {
    if (application.inputs.size() > limits::inputs_max)
        return fail(Errc::limit_exceeded,
                    fmt::format("An application has at most {} input", limits::inputs_max));
    if (application.outputs.size() > limits::outputs_max)
        return fail(Errc::limit_exceeded,
                    fmt::format("An application has at most {} outputs", limits::outputs_max));
    for (const Output& output : application.outputs) {
        if (std::ranges::count(application.outputs, output.id, &Output::id) > 1)
            return fail(Errc::invalid_argument, "two outputs have one id");
    }
    for (const Input& input : application.inputs) {
        if (auto decoder = record::make_decoder(input.schema); !decoder)
            return fail(Errc::invalid_argument, decoder.error().message());
        if (auto shards = parts_.siblings.shards(input.stream_arn); !shards)
            return fail(Errc::invalid_argument, shards.error().message());
    }
    if (application.inputs.empty()) {
        if (application.code.empty()) return {};
        auto checked = flow::Program::check(application.code);
        return checked ? Result<>() : fail(Errc::invalid_code, checked.error().message());
    }
    auto program = flow::Program::compile(application.code, streams_of(application));
    if (!program) return fail(Errc::invalid_code, program.error().message());
    return {};
}

io::Task<Result<>> Applications::create(Application wanted) {
    if (applications_.contains(wanted.key))
        co_return fail(Errc::in_use,
                       fmt::format("Application {} already exists.", wanted.key.name));
    if (auto good = check(wanted); !good) co_return good;
    wanted.created = wanted.updated = parts_.home.now();
    auto inserted =
        co_await parts_.database.write([&](meta::Txn& txn) { return store::insert(txn, wanted); });
    if (!inserted) co_return std::unexpected(from_store(std::move(inserted.error())));
    parts_.log.add(wanted.commits);
    const ApplicationKey key = wanted.key;
    applications_.emplace(key, std::move(wanted));
    co_return Result<>();
}

io::Task<Result<>> Applications::save(Application changed) {
    auto updated =
        co_await parts_.database.write([&](meta::Txn& txn) { return store::update(txn, changed); });
    if (!updated) co_return std::unexpected(from_store(std::move(updated.error())));
    const ApplicationKey key = changed.key;
    applications_[key] = std::move(changed);
    co_return Result<>();
}

io::Task<Result<>> Applications::change(ApplicationKey key, std::int64_t version, Edit edit) {
    auto found = find(key);
    if (!found) co_return pass(found);
    Application changed = **found;
    if (changed.version != version)
        co_return fail(Errc::wrong_version, fmt::format("The application is at version {}, not {}",
                                                        changed.version, version));
    if (auto edited = edit(changed); !edited) co_return edited;
    if (auto good = check(changed); !good) co_return good;
    ++changed.version;
    changed.updated = parts_.home.now();
    const bool was_running = changed.status == Status::running;
    co_await end_run(key, no_end);
    auto saved = co_await save(std::move(changed));
    if (!was_running) co_return saved;
    auto begun = co_await begin(key);
    co_return saved ? begun : saved;
}

io::Task<Result<>> Applications::remove(ApplicationKey key, Timestamp created) {
    auto found = find(key);
    if (!found) co_return pass(found);
    const Application application = **found;
    // Clients send whole seconds, or milliseconds through a double.
    if (to_epoch_ms(application.created) / 1000 != to_epoch_ms(created) / 1000)
        co_return fail(Errc::invalid_argument, "CreateTimestamp is not that of the application");
    co_await end_run(key, no_end);
    auto removed = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::remove(txn, application); });
    if (!removed) co_return std::unexpected(from_store(std::move(removed.error())));
    parts_.log.drop(application.commits);
    co_await parts_.pool.run([&] {
        parts_.files_of(application).remove_all();
        return true;
    });
    applications_.erase(key);
    co_return Result<>();
}

Result<std::map<std::uint64_t, log::Ordinal>> Applications::positions(const Input& input,
                                                                      Start start) const {
    auto shards = parts_.siblings.shards(input.stream_arn);
    if (!shards) return fail(Errc::invalid_configuration, shards.error().message());
    std::map<std::uint64_t, log::Ordinal> all;
    for (const Shard& shard : *shards) {
        auto tail = parts_.log.tail(shard.partition);
        if (!tail) return std::unexpected(from_store(std::move(tail.error())));
        all[*shard.partition] = start == Start::now ? tail->next : tail->first;
    }
    return all;
}

io::Task<Result<>> Applications::run(ApplicationKey key, std::string input_id, Start start) {
    auto found = find(key);
    if (!found) co_return pass(found);
    Application application = **found;
    if (application.status != Status::ready)
        co_return fail(Errc::in_use, fmt::format("Application {} is not READY", key.name));
    if (application.inputs.empty())
        co_return fail(Errc::invalid_configuration, "The application has no input");
    if (application.code.empty())
        co_return fail(Errc::invalid_configuration, "The application has no code");
    Input& input = application.inputs[0];
    if (input.id != input_id)
        co_return fail(Errc::invalid_argument,
                       fmt::format("The application has no input {}", input_id));
    auto program = flow::Program::compile(application.code, streams_of(application));
    if (!program) co_return fail(Errc::invalid_configuration, program.error().message());
    for (const Output& output : application.outputs) {
        const auto streams = (*program)->streams();
        if (std::ranges::find(streams, output.name, &flow::StreamInfo::name) == streams.end())
            co_return fail(
                Errc::invalid_configuration,
                fmt::format("Output {} names the stream {}, which the code does not make",
                            output.id, output.name));
        if (auto target = parts_.siblings.place(output, {}); !target)
            co_return fail(Errc::invalid_configuration, target.error().message());
    }
    auto before = co_await parts_.database.read([&](const meta::Connection& connection) {
        return store::read_snapshot(connection, application.id);
    });
    if (!before) co_return std::unexpected(from_store(std::move(before.error())));
    if (start != Start::last_stopped_point || !*before) {
        auto from =
            positions(input, start == Start::last_stopped_point ? Start::trim_horizon : start);
        if (!from) co_return pass(from);
        auto tail = parts_.log.tail(application.commits);
        if (!tail) co_return std::unexpected(from_store(std::move(tail.error())));
        const Snapshot fresh{std::move(*from), "", "", tail->next};
        auto written = co_await parts_.database.write(
            [&](meta::Txn& txn) { return store::write_snapshot(txn, application.id, fresh); });
        if (!written) co_return std::unexpected(from_store(std::move(written.error())));
    }
    input.starting_position = start == Start::now            ? "NOW"
                              : start == Start::trim_horizon ? "TRIM_HORIZON"
                                                             : "LAST_STOPPED_POINT";
    application.status = Status::running;
    application.started = parts_.home.now();
    auto saved = co_await save(std::move(application));
    if (!saved) co_return saved;
    auto begun = co_await begin(key);
    co_return begun;
}

io::Task<Result<>> Applications::begin(ApplicationKey key) {
    auto found = find(key);
    if (!found) co_return pass(found);
    const Application application = **found;
    auto program = flow::Program::compile(application.code, streams_of(application));
    if (!program) co_return fail(Errc::invalid_configuration, program.error().message());
    auto snapshot = co_await parts_.database.read([&](const meta::Connection& connection) {
        return store::read_snapshot(connection, application.id);
    });
    if (!snapshot) co_return std::unexpected(from_store(std::move(snapshot.error())));
    if (!*snapshot || runs_.contains(key))
        co_return fail(Errc::unavailable, "the application has no place to go on from");
    io::Core& home = io::home_beside_main(
        cores_, fmt::format("application/{}/{}/{}", key.home.account, key.home.region, key.name));
    auto runner = std::make_shared<Runner>(home, parts_, application, std::move(*program),
                                           std::move(**snapshot));
    home.post([runner] { runner->start(); });  // before any call of it that comes later
    runs_.emplace(key, Run{std::move(runner), {}, {}});
    co_return Result<>();
}

io::Task<Result<>> Applications::halt(ApplicationKey key) {
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->status != Status::running)
        co_return fail(Errc::in_use, fmt::format("Application {} is not RUNNING", key.name));
    co_await end_run(key, no_end);
    Application application = applications_.at(key);
    application.status = Status::ready;
    auto saved = co_await save(std::move(application));
    co_return saved;
}

Figures Applications::figures(const ApplicationKey& key) const {
    const auto found = runs_.find(key);
    return found == runs_.end() ? Figures() : found->second.figures;
}

Positions Applications::places(const ApplicationKey& key) const {
    const auto found = runs_.find(key);
    return found == runs_.end() ? Positions() : found->second.places;
}

}  // namespace freshet::analytics

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::analytics::Errc>::domain() {
    static constexpr ErrorDomain instance{"analytics"};
    return instance;
}
