// What GET /_freshet/health answers: ok, or each thing that is wrong and why.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/http/http.h"

namespace freshet::app {

/// One thing that is wrong: "disk", and a sentence for a person.
struct Trouble {
    std::string part, reason;
    std::string account, region,
        name;                ///< of the user's thing that is in trouble; empty: the server
    bool is_servers = true;  ///< false: the server itself does its work
};
/// Beyond it, troubles are counted only: an answer stays small with a thousand deliveries.
inline constexpr std::size_t troubles_told_max = 100;

/// A full journal segment: with less room the log cannot begin its next one.
inline constexpr std::uint64_t disk_free_bytes_min = 64ULL * 1024 * 1024;

/// The disk that `directory` lies on has less than disk_free_bytes_min, or does not answer. Blocks.
std::vector<Trouble> disk_trouble(const std::string& directory);

class Health {
  public:
    /// Called for each answer, on the connection's core.
    using Check = std::function<io::Task<std::vector<Trouble>>()>;
    void add(Check check) { checks_.push_back(std::move(check)); }
    /// 200 {"status":"ok"}, or 503 {"status":"not ok","troubles":[{"part":...,"reason":...}]}; 200
    /// and "degraded" when the server does its work and what users made is in trouble.
    io::Task<io::HttpResponse> answer() const;

  private:
    std::vector<Check> checks_;
};

}  // namespace freshet::app
