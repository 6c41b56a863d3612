// What pages ask of crawlers, and what they change: crawls are explained, started and stopped.
#pragma once
#include <optional>

#include "console/answers.h"
#include "lake/types.h"

namespace freshet::console {

/// Home core. Nothing when the question is about something else.
///   GET  crawlers/explain ?name= &crawl=   the reasons of a crawl, of the last one without
///                          `crawl`; and the crawls whose reasons are kept, the newest first
///   POST crawlers/start {name}   crawlers/stop {name}
io::Task<std::optional<io::HttpResponse>> answer_about_crawlers(const Parts& parts,
                                                                Question question);

const char* outcome_word(lake::Outcome outcome);

}  // namespace freshet::console
