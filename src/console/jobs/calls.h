// What pages do with jobs and triggers, and what a run has printed.
#pragma once
#include <optional>

#include "console/answers.h"

namespace freshet::console {

/// Home core. Nothing when the question is about something else.
///   POST jobs/start {job, arguments: {"--name": "value"}}   answers {run}
///   POST jobs/stop  {job, run}
///   GET  jobs/log   ?job= &run= &stream=output|error   the last lines that it printed
///   POST triggers/start {name}   fires one on demand, activates another one
///   POST triggers/stop  {name}
io::Task<std::optional<io::HttpResponse>> answer_about_jobs(const Parts& parts, Question question);

}  // namespace freshet::console
