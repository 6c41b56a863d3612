#include "app/ports/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "jobs/errors.h"

namespace freshet::app {
namespace {

/// "s3://bucket/key" as the two.
std::optional<std::pair<std::string, std::string>> place_of(const std::string& uri) {
    const std::string scheme = "s3://";
    if (!uri.starts_with(scheme)) return std::nullopt;
    const std::size_t slash = uri.find('/', scheme.size());
    if (slash == std::string::npos) return std::nullopt;
    return std::pair(uri.substr(scheme.size(), slash - scheme.size()), uri.substr(slash + 1));
}

}  // namespace

io::Task<Result<objects::ObjectInfo>> JobScripts::find(std::string uri, std::size_t bytes_max) {
    const auto place = place_of(uri);
    if (!place)
        co_return fail(jobs::Errc::invalid,
                       fmt::format("{} is not of the form s3://bucket/key", uri));
    auto found = co_await objects_.find(place->first, place->second);
    if (!found)
        co_return fail(jobs::Errc::not_found,
                       fmt::format("{} cannot be read: {}", uri, found.error().message()));
    if (found->size > bytes_max)
        co_return fail(jobs::Errc::invalid, fmt::format("{} has {} bytes; at most {} are read", uri,
                                                        found->size, bytes_max));
    co_return found;
}

io::Task<Result<Bytes>> JobScripts::read(std::string uri, std::size_t bytes_max) {
    auto object = co_await find(uri, bytes_max);
    if (!object) co_return pass(object);
    auto body = objects_.read(*object, 0, object->size);
    auto bytes = co_await io::read_all(*body, bytes_max);
    if (!bytes)
        co_return fail(jobs::Errc::unavailable,
                       fmt::format("{} cannot be read: {}", uri, bytes.error().message()));
    co_return bytes;
}

io::Task<Result<>> JobScripts::save(std::string uri, std::string path, std::size_t bytes_max) {
    auto object = co_await find(uri, bytes_max);
    if (!object) co_return pass(object);
    auto body = objects_.read(*object, 0, object->size);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    while (true) {
        auto piece = co_await body->read();
        if (!piece)
            co_return fail(jobs::Errc::unavailable,
                           fmt::format("{} cannot be read: {}", uri, piece.error().message()));
        if (piece->empty()) break;
        co_await pool_.run(
            [&] { file.write(piece->data(), static_cast<std::streamsize>(piece->size())); });
        if (!file) break;
    }
    file.close();
    if (!file) co_return fail(jobs::Errc::unavailable, fmt::format("{} cannot be written", path));
    co_return Result<>();
}

Result<jobs::Python> JobPythons::find(const std::string& version) {
    std::string name = "python" + version;
    auto runtime = runtimes_.find(name);
    if (!runtime) {
        name = runtimes_.newest();
        if (name.empty())
            return fail(jobs::Errc::invalid,
                        "This machine has no Python that runs Python shell jobs: " +
                            runtime.error().message());
        runtime = runtimes_.find(name);
    }
    if (!runtime) return pass(runtime);
    return jobs::Python{std::move(runtime->command), std::move(runtime->python_path), name};
}

io::Task<Result<std::string>> JobStatements::start(jobs::Statement statement) {
    query::StartRequest request;
    request.home = statement.job.home;
    request.sql = std::move(statement.sql);
    request.database = std::move(statement.database);
    request.output_location = std::move(statement.output_location);
    request.token = std::move(statement.token);
    auto started = co_await io::run_on(query_.home(), query_.start(std::move(request)));
    if (!started) co_return pass(started);
    co_return **started;
}

io::Task<Result<jobs::StatementEnd>> JobStatements::ended(jobs::JobKey job, std::string id) {
    auto ended = co_await io::run_on(query_.home(),
                                     query_.ended(job.home, query::ExecutionId(std::move(id))));
    if (!ended) co_return pass(ended);
    jobs::StatementEnd end{"", ended->statistics.total_ms, ended->statistics.scanned_bytes,
                           ended->output_location};
    if (ended->state == query::State::succeeded) co_return end;
    end.error = ended->problem ? ended->problem->message : "the statement was cancelled";
    co_return end;
}

io::Task<void> JobStatements::cancel(jobs::JobKey job, std::string id) {
    // What has ended meanwhile needs no cancel.
    auto cancelled = co_await io::run_on(
        query_.home(), query_.cancel(job.home, query::ExecutionId(std::move(id))));
    static_cast<void>(cancelled);
}

void JobLines::append(const jobs::JobKey& job, const std::string& group, const std::string& stream,
                      std::vector<std::string> lines) {
    std::vector<monitor::Line> kept;
    const Timestamp now = logs_.home().now();
    for (std::string& line : lines) kept.push_back({now, std::move(line)});
    logs_.append({job.home, group}, stream, std::move(kept));
}

bool JobCrawlers::has(const jobs::TriggerKey& trigger, const std::string& crawler) const {
    return crawlers_.find({trigger.home, crawler}).has_value();
}

io::Task<Result<>> JobCrawlers::start(jobs::TriggerKey trigger, std::string crawler) {
    auto started = co_await crawlers_.start({trigger.home, std::move(crawler)});
    co_return started;
}

std::vector<jobs::Crawl> JobCrawlers::crawls_after(const jobs::TriggerKey& trigger,
                                                   const std::string& crawler,
                                                   const std::string& id) const {
    std::vector<jobs::Crawl> crawls;
    const auto found = crawlers_.find({trigger.home, crawler});
    if (!found) return crawls;
    const auto& history = (*found)->history;
    auto from = std::ranges::find(history, id, &lake::PastCrawl::id);
    from = from == history.end() ? history.begin() : std::next(from);
    for (; from != history.end(); ++from) {
        const jobs::RunState state =
            from->outcome == lake::Outcome::succeeded   ? jobs::RunState::succeeded
            : from->outcome == lake::Outcome::cancelled ? jobs::RunState::stopped
                                                        : jobs::RunState::failed;
        crawls.push_back({from->id, state});
    }
    return crawls;
}

}  // namespace freshet::app
