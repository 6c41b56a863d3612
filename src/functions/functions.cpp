// Functions by name: code, settings, policies and runtimes. calls.cpp has their calls.
#include "functions/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "base/text/arn.h"
#include "base/uuid.h"
#include "functions/limits.h"
#include "functions/settings.h"
#include "functions/store.h"
#include "functions/workers.h"
#include "sandbox/archive.h"

namespace freshet::functions {
namespace {

namespace fs = std::filesystem;

std::string arn_of(const FunctionKey& key) { return arn_text("lambda", key, "function:"); }

/// A caller who names a revision wants to change that one; "" is any.
bool is_stale(const Function& function, const std::string& revision) {
    return !revision.empty() && revision != function.revision;
}

/// Unpacks the code where it will run, so that a broken archive is refused at once.
io::Task<Result<>> place_code(io::Pool& pool, std::string directory, std::string sha256,
                              Bytes zip) {
    if (zip.size() > archive_bytes_max)
        co_return fail(
            Errc::too_large,
            fmt::format("Request must be smaller than {} bytes for the CreateFunction operation",
                        archive_bytes_max));
    const std::string place = fmt::format("{}/code/{}", directory, sha256);
    if (fs::exists(place)) co_return Result<>();
    auto unpacked = co_await pool.run([zip, own = place + "." + new_uuid(), place]() -> Result<> {
        if (auto done = sandbox::unpack(zip, own); !done) return done;
        std::error_code problem;
        fs::rename(own, place, problem);
        if (problem) fs::remove_all(own, problem);
        return {};
    });
    if (!unpacked && unpacked.error().is(freshet::Errc::invalid))
        co_return fail(Errc::invalid, unpacked.error().message());
    co_return unpacked;
}

}  // namespace

Failure not_found(const FunctionKey& key) {
    return fail(Errc::not_found, fmt::format("Function not found: {}", arn_of(key)));
}

Failure stale(std::string_view operation) {
    return fail(Errc::wrong_revision,
                fmt::format("The Revision Id provided does not match the latest Revision Id. Call "
                            "the {} API to retrieve the latest Revision Id",
                            operation));
}

Functions::Functions(Parts parts)
    : parts_(std::move(parts)),
      runtimes_(std::make_unique<Runtimes>(parts_.options.runtimes)),
      workers_(std::make_unique<Workers>(parts_, *runtimes_)),
      changing_(parts_.home),
      reading_code_(parts_.home),
      stopping_(parts_.home),
      events_changed_(parts_.home),
      scope_(parts_.home) {}
Functions::~Functions() = default;

Result<> Functions::load() {
    std::error_code problem;
    const std::string& directory = parts_.options.directory;
    fs::remove_all(directory, problem);  // of an earlier run
    fs::create_directories(directory + "/code", problem);
    fs::create_directories(directory + "/tmp", problem);
    if (problem) return fail(freshet::Errc::io, fmt::format("cannot write to {}", directory));
    return parts_.database.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (auto& function : *all) functions_[function.key] = std::move(function);
        return {};
    });
}

void Functions::start(std::string endpoint) {
    workers_->set_endpoint(std::move(endpoint));
    scope_.spawn(check_runtimes());
    scope_.spawn(run_events());
}

io::Task<void> Functions::stop() {
    stopping_.request();
    events_changed_.notify();
    co_await workers_->stop();
    co_await scope_.join();
}

Result<Function> Functions::find_unchanged(const FunctionKey& key, const std::string& revision,
                                           std::string_view operation) const {
    auto found = find(key);
    if (found && is_stale(*found, revision)) return stale(operation);
    return found;
}

Result<Function> Functions::find(const FunctionKey& key) const {
    const auto found = functions_.find(key);
    if (found == functions_.end()) return not_found(key);
    return found->second;
}

std::vector<Function> Functions::list(const Home& home) const {
    std::vector<Function> out;
    for (const auto& [key, function] : functions_)
        if (key.home == home) out.push_back(function);
    return out;
}

io::Task<Result<>> Functions::check_runtime(std::string name) {
    auto found = co_await parts_.pool.run([this, name]() -> Result<> {
        auto runtime = runtimes_->find(name);
        if (!runtime) return pass(runtime);
        return {};
    });
    if (found) missing_runtimes_.erase(name);
    co_return found;
}

/// Names the functions that cannot be called. What is put there later is found when they are
/// called.
io::Task<void> Functions::check_runtimes() {
    std::set<std::string> names;
    for (const auto& [key, function] : functions_) names.insert(function.settings.runtime);
    for (const std::string& name : names) {
        auto found = co_await check_runtime(name);
        if (found) continue;
        missing_runtimes_[name] = found.error().message();
        for (const auto& [key, function] : functions_)
            if (function.settings.runtime == name)
                log_warn("functions", "a function cannot be called",
                         {{"function", arn_of(key)}, {"reason", found.error().message()}});
    }
}

io::Task<Result<Bytes>> Functions::code(FunctionKey key, std::string sha256, std::int64_t until_s) {
    auto found = find(key);
    if (!found) co_return pass(found);
    if (found->code_sha256 != sha256 || to_epoch_ms(parts_.home.now()) / 1000 > until_s)
        co_return not_found(key);
    auto turn = co_await reading_code_.take();
    auto zip = co_await parts_.database.read(
        [key](const meta::Connection& connection) { return store::code(connection, key); });
    co_return zip;
}

std::string Functions::runtime_trouble(const Function& function) const {
    const auto found = missing_runtimes_.find(function.settings.runtime);
    return found == missing_runtimes_.end() ? "" : found->second;
}

io::Task<std::string> Functions::newest_runtime() {
    auto name = co_await parts_.pool.run([this] { return runtimes_->newest(); });
    co_return name;
}

io::Task<Result<Function>> Functions::save(Function changed) {
    changed.revision = new_uuid();
    changed.modified = parts_.home.now();
    auto written = co_await parts_.database.write(
        [&changed](meta::Txn& txn) { return store::put(txn, changed); });
    if (!written) co_return pass(written);
    Function& kept = functions_[changed.key];
    const bool keeps_workers =
        kept.settings == changed.settings && kept.code_sha256 == changed.code_sha256;
    kept = changed;
    if (!keeps_workers) workers_->retire(changed.key);
    co_return changed;
}

io::Task<Result<Function>> Functions::create(FunctionKey key, Settings settings, Bytes zip,
                                             std::map<std::string, std::string> tags) {
    auto turn = co_await changing_.take();
    if (functions_.contains(key))
        co_return fail(Errc::exists, fmt::format("Function already exist: {}", key.name));
    if (auto checked = check(settings); !checked) co_return pass(checked);
    auto runs = co_await check_runtime(settings.runtime);
    if (!runs) co_return pass(runs);
    Function made;
    made.key = key;
    made.settings = std::move(settings);
    made.tags = std::move(tags);
    made.code_sha256 = to_hex(sha256(zip.view()));
    made.code_bytes = static_cast<std::int64_t>(zip.size());
    auto placed = co_await place_code(parts_.pool, parts_.options.directory, made.code_sha256, zip);
    if (!placed) co_return pass(placed);
    auto coded = co_await parts_.database.write(
        [&made, &zip](meta::Txn& txn) { return store::put_code(txn, made, zip); });
    if (!coded) co_return pass(coded);
    auto saved = co_await save(std::move(made));
    co_return saved;
}

io::Task<Result<Function>> Functions::update_code(FunctionKey key, Bytes zip,
                                                  std::string revision) {
    auto turn = co_await changing_.take();
    auto found = find_unchanged(key, revision, "GetFunction/GetAlias");
    if (!found) co_return pass(found);
    Function changed = *found;
    changed.code_sha256 = to_hex(sha256(zip.view()));
    changed.code_bytes = static_cast<std::int64_t>(zip.size());
    auto placed =
        co_await place_code(parts_.pool, parts_.options.directory, changed.code_sha256, zip);
    if (!placed) co_return pass(placed);
    auto coded = co_await parts_.database.write([&changed, &zip](meta::Txn& txn) -> Result<> {
        if (auto done = store::put(txn, changed); !done) return done;
        return store::put_code(txn, changed, zip);
    });
    if (!coded) co_return pass(coded);
    auto saved = co_await save(std::move(changed));
    co_return saved;
}

io::Task<Result<Function>> Functions::update_settings(FunctionKey key, SettingsChange change,
                                                      std::string revision) {
    auto turn = co_await changing_.take();
    auto found = find_unchanged(key, revision, "GetFunction/GetAlias");
    if (!found) co_return pass(found);
    Function changed = *found;
    if (change.runtime) {
        auto runs = co_await check_runtime(*change.runtime);
        if (!runs) co_return pass(runs);
    }
    apply(std::move(change), changed.settings);
    if (auto checked = check(changed.settings); !checked) co_return pass(checked);
    auto saved = co_await save(std::move(changed));
    co_return saved;
}

io::Task<Result<>> Functions::remove(FunctionKey key) {
    auto turn = co_await changing_.take();
    if (!functions_.contains(key)) co_return not_found(key);
    auto removed =
        co_await parts_.database.write([key](meta::Txn& txn) { return store::remove(txn, key); });
    if (!removed) co_return pass(removed);
    functions_.erase(key);
    workers_->retire(key);
    co_return Result<>();
}

io::Task<Result<>> Functions::add_statement(FunctionKey key, Statement statement,
                                            std::string revision) {
    auto turn = co_await changing_.take();
    auto found = find_unchanged(key, revision, "GetPolicy");
    if (!found) co_return pass(found);
    Function changed = *found;
    if (std::ranges::find(changed.policy, statement.id, &Statement::id) != changed.policy.end())
        co_return fail(Errc::exists,
                       fmt::format("The statement id ({}) provided already exists. Please provide "
                                   "a new statement id, or remove the existing statement.",
                                   statement.id));
    changed.policy.push_back(std::move(statement));
    auto saved = co_await save(std::move(changed));
    if (!saved) co_return pass(saved);
    co_return Result<>();
}

io::Task<Result<>> Functions::remove_statement(FunctionKey key, std::string id,
                                               std::string revision) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found)
        co_return fail(Errc::not_found, fmt::format("No policy found for: {}", arn_of(key)));
    if (found->policy.empty())
        co_return fail(Errc::not_found, "No policy is associated with the given resource.");
    if (is_stale(*found, revision)) co_return stale("GetPolicy");
    Function changed = *found;
    if (std::erase_if(changed.policy, [&](const Statement& one) { return one.id == id; }) == 0)
        co_return fail(Errc::not_found,
                       fmt::format("Statement {} is not found in resource policy.", id));
    auto saved = co_await save(std::move(changed));
    if (!saved) co_return pass(saved);
    co_return Result<>();
}

}  // namespace freshet::functions

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::functions::Errc>::domain() {
    static const ErrorDomain instance{"functions"};
    return instance;
}
