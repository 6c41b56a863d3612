// Jobs by name. runs.cpp has their runs and bookmarks.
#include "jobs/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "jobs/limits.h"
#include "jobs/settings.h"

namespace freshet::jobs {

Result<> Jobs::load() {
    namespace fs = std::filesystem;
    std::error_code problem;
    fs::remove_all(directory_, problem);  // of an earlier run of the server
    fs::create_directories(directory_, problem);
    if (problem) return fail(freshet::Errc::io, fmt::format("cannot write to {}", directory_));
    return {};
}

Result<const Job*> Jobs::find(const JobKey& key) const {
    const auto found = ledger_.known().jobs.find(key);
    if (found == ledger_.known().jobs.end())
        return fail(Errc::not_found, fmt::format("Job with name: {} not found.", key.name));
    return &found->second;
}

std::vector<const Job*> Jobs::list(const Home& home) const {
    std::vector<const Job*> all;
    for (const auto& [key, job] : ledger_.known().jobs) {
        if (key.home == home) all.push_back(&job);
    }
    return all;
}

io::Task<Result<>> Jobs::create(JobKey key, Settings settings, Tags tags) {
    auto turn = co_await ledger_.turn();
    if (auto good = check(settings); !good) co_return good;
    set_defaults(settings);
    if (const auto found = find(key); found) {
        if ((*found)->settings == settings && (*found)->tags == tags) co_return Result<>();
        co_return fail(Errc::exists,
                       fmt::format("Job with name: {} already submitted with different "
                                   "configuration",
                                   key.name));
    }
    if (list(key.home).size() >= limits::jobs_max)
        co_return fail(Errc::too_many,
                       fmt::format("Resource limit exceeded: {} jobs", limits::jobs_max));
    Job job;
    job.key = std::move(key);
    job.settings = std::move(settings);
    job.tags = std::move(tags);
    job.created = job.changed = home().now();
    auto written = co_await ledger_.put(std::move(job));
    co_return written;
}

io::Task<Result<>> Jobs::update(JobKey key, Settings settings) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return pass(found);
    if (auto good = check(settings); !good) co_return good;
    set_defaults(settings);
    Job changed = **found;
    changed.settings = std::move(settings);
    changed.changed = home().now();
    auto written = co_await ledger_.put(std::move(changed));
    co_return written;
}

io::Task<Result<>> Jobs::remove(JobKey key) {
    auto turn = co_await ledger_.turn();
    if (!find(key)) co_return Result<>();  // as Glue: nothing to do
    for (const auto& [id, run] : ledger_.known().live) {
        if (run.job == key) runner_.halt(id);
    }
    auto removed = co_await ledger_.remove(std::move(key));
    co_return removed;
}

io::Task<Result<>> Jobs::change_tags(JobKey key, Tags added, std::vector<std::string> removed) {
    auto turn = co_await ledger_.turn();
    auto found = find(key);
    if (!found) co_return pass(found);
    Job changed = **found;
    for (auto& [name, value] : added) changed.tags[name] = value;
    for (const std::string& name : removed) changed.tags.erase(name);
    auto written = co_await ledger_.put(std::move(changed));
    co_return written;
}

}  // namespace freshet::jobs
