// What GET /_freshet/health answers: ok, or each thing that is wrong and why.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "app/health/trouble.h"
#include "io/http/http.h"

namespace freshet::app {

/// Beyond it, troubles are counted only: an answer stays small with a thousand deliveries.
inline constexpr std::size_t troubles_shown_max = 100;

/// A full journal segment: with less room the log cannot begin its next one.
inline constexpr std::uint64_t disk_free_bytes_min = 64ULL * 1024 * 1024;

/// The disk that `directory` lies on has less than disk_free_bytes_min, or does not answer. Blocks.
std::vector<Trouble> disk_trouble(const std::string& directory);

/// 200 {"status":"ok"}, or 503 {"status":"not ok","troubles":[{"part":...,"reason":...}]}; 200 and
/// "degraded" when the server does its work and what users made is in trouble.
io::HttpResponse health_answer(const std::vector<Trouble>& troubles);

}  // namespace freshet::app
