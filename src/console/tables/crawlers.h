// What pages change of crawlers: their crawls are started and stopped.
#pragma once
#include <optional>

#include "console/answers.h"

namespace freshet::console {

/// Home core. Nothing when the question is about something else.
///   POST crawlers/start {name}   crawlers/stop {name}
io::Task<std::optional<io::HttpResponse>> answer_about_crawlers(const Parts& parts,
                                                                Question question);

}  // namespace freshet::console
