// A freshetsql run: the statements of a script, one after another; the first that fails ends it.
#include <fmt/format.h>

#include "base/check.h"
#include "jobs/limits.h"
#include "jobs/run/sql_script.h"
#include "jobs/run/work.h"

namespace freshet::jobs {
namespace {

/// The names of a script besides the run's arguments.
Arguments values_of(const Assignment& assignment) {
    Arguments all = assignment.arguments;
    const auto text = [](Timestamp time) {
        std::string iso = to_iso8601(time);  // "2026-01-31T12:00:00.000Z", as a TIMESTAMP literal
        iso[10] = ' ';
        return iso.substr(0, 23);
    };
    all["bookmark_from"] = text(assignment.bookmark_from.value_or(Timestamp()));
    all["bookmark_to"] = text(*assignment.run.running_since);
    all["run_id"] = assignment.run.run_id;
    all["job_name"] = assignment.job.key.name;
    return all;
}

std::string argument(const Arguments& arguments, const std::string& name, std::string otherwise) {
    const auto found = arguments.find(name);
    return found == arguments.end() ? std::move(otherwise) : found->second;
}

/// Results go where --TempDir says, or beside the script.
std::string output_location(const Assignment& assignment) {
    const std::string& script = assignment.job.settings.script;
    const std::size_t bucket_end = script.find('/', std::string("s3://").size());
    const std::string bucket = script.substr(0, bucket_end);
    std::string place = argument(assignment.arguments, "--TempDir", bucket + "/athena-results/");
    if (!place.ends_with('/')) place += '/';
    return place;
}

/// One run's script.
class Script {
  public:
    Script(Workplace place, Assignment assignment, std::shared_ptr<Halt> halt, Progress progress)
        : place_(std::move(place)),
          assignment_(std::move(assignment)),
          halt_(std::move(halt)),
          progress_(std::move(progress)) {}

    io::Task<Ending> run() {
        auto script = co_await place_.ports.scripts.read(assignment_.job.settings.script,
                                                         limits::script_bytes_max);
        if (!script) co_return Ending{RunState::failed, script.error().message()};
        auto text = substitute(script->view(), values_of(assignment_));
        if (!text) co_return Ending{RunState::failed, text.error().message()};
        const auto statements = split_statements(*text);
        if (statements.empty()) co_return Ending{RunState::failed, "the script holds no statement"};
        if (statements.size() > limits::statements_max)
            co_return Ending{RunState::failed,
                             fmt::format("a script has at most {} statements, and this one has {}",
                                         limits::statements_max, statements.size())};
        for (std::size_t i = 0; i < statements.size() && !halt_->was_requested(); ++i) {
            const std::string number = fmt::format("statement {} of {}", i + 1, statements.size());
            auto noted = co_await progress_(number);
            if (!noted) co_return Ending{RunState::failed, noted.error().message()};
            auto done = co_await run_statement(number, i, statements[i]);
            if (!done && !halt_->was_requested())
                co_return Ending{RunState::failed,
                                 fmt::format("{}: {}", number, done.error().message())};
        }
        co_return Ending{halt_->was_requested() ? RunState::stopped : RunState::succeeded, ""};
    }

  private:
    io::Task<Result<>> run_statement(std::string number, std::size_t index, std::string sql) {
        const JobKey& job = assignment_.job.key;
        Statement statement{job, argument(assignment_.arguments, "--database", "default"), sql,
                            output_location(assignment_),
                            fmt::format("{}-{:032}", assignment_.run.run_id, index)};
        auto id = co_await place_.ports.statements.start(std::move(statement));
        if (!id) {
            log("error", fmt::format("{}: {}", number, id.error().message()));
            co_return pass(id);
        }
        halt_->end_by([this, job, id = *id] {
            io::detach(place_.home, place_.ports.statements.cancel(job, id));
        });
        auto ended = co_await place_.ports.statements.ended(job, *id);
        halt_->work_has_ended();
        if (!ended) co_return pass(ended);
        if (!ended->error.empty()) {
            log("error", fmt::format("{}: {}", number, ended->error));
            co_return fail(Errc::invalid, ended->error);
        }
        log("output", fmt::format("{}: {} ms, {} bytes scanned, {}", number, ended->total_ms,
                                  ended->scanned_bytes, ended->result));
        co_return Result<>();
    }

    void log(const char* stream, std::string line) {
        place_.ports.logs.append(
            assignment_.job.key,
            fmt::format("{}/{}", log_group_of(assignment_.job.settings.command), stream),
            assignment_.run.run_id, {std::move(line)});
    }

    Workplace place_;
    Assignment assignment_;
    std::shared_ptr<Halt> halt_;
    Progress progress_;
};

}  // namespace

io::Task<Ending> run_sql(Workplace place, Assignment assignment, std::shared_ptr<Halt> halt,
                         Progress progress) {
    FRESHET_CHECK(assignment.run.running_since);  // it is durable that the run is at work
    Script script(std::move(place), std::move(assignment), std::move(halt), std::move(progress));
    Ending ending = co_await script.run();
    co_return ending;
}

}  // namespace freshet::jobs
