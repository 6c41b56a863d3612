// The work of one run by its job's command: a Python process, a script of SQL, or a refusal.
#pragma once
#include <memory>
#include <string>

#include "io/core.h"
#include "jobs/ports.h"
#include "jobs/run/halt.h"
#include "jobs/transitions.h"

namespace freshet::jobs {

/// What a run is given. It is of the moment at which the run began.
struct Assignment {
    Job job;
    Run run;
    Arguments arguments;                     ///< arguments_of()
    std::optional<Timestamp> bookmark_from;  ///< nothing: from the beginning
};

/// Where work is done; all of it outlives the work.
struct Workplace {
    io::Core& home;
    io::Pool& pool;
    Ports& ports;
    std::string directory;  ///< of scratch directories
    std::string endpoint;   ///< of this server
};

/// Reports what the run does, for the error of a run that is cut short; durable when it completes.
using Progress = std::function<io::Task<Result<>>(std::string)>;

/// CloudWatch's groups of a command: "/aws-glue/python-jobs", below it "/output" and "/error".
std::string log_group_of(const std::string& command);

/// Each completes when nothing of the work is left. Home core.
io::Task<Ending> run_python(Workplace place, Assignment assignment, std::shared_ptr<Halt> halt);
io::Task<Ending> run_sql(Workplace place, Assignment assignment, std::shared_ptr<Halt> halt,
                         Progress progress);
/// Of a command that Freshet does not run.
Ending refuse_command(const std::string& command);

/// "pythonshell" and so on.
bool is_command(const std::string& command);

}  // namespace freshet::jobs
