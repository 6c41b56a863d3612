// What operators ask the server for: GET /_freshet/health and /_freshet/metrics, and
// POST /_freshet/clock, which moves a manual clock.
#pragma once
#include <string>
#include <string_view>

#include "app/parts.h"
#include "aws/http/front.h"

namespace freshet::app {

/// Where a manual clock is kept over a restart.
std::string manual_clock_file(const Config& config);
/// Where a manual clock continues: what `clock_file` says, `start` when it says nothing.
Timestamp manual_time(const std::string& clock_file, Timestamp start);

/// handle() on any core, from when the cores run until they end. `foundation`, `parts` and `front`
/// outlive it.
class OperatorConsole final : public aws::ConsoleHandler {
  public:
    OperatorConsole(const Foundation& foundation, const Parts& parts, const aws::Front& front)
        : foundation_(foundation), parts_(parts), front_(front) {}
    /// Whether `path` is one of its own; it must not be asked for others.
    bool answers(std::string_view method, std::string_view path) const;
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;

  private:
    io::Task<io::HttpResponse> health();
    io::Task<io::HttpResponse> metrics();
    io::Task<io::HttpResponse> move_clock(io::HttpRequest request);

    const Foundation& foundation_;
    const Parts& parts_;
    const aws::Front& front_;
};

}  // namespace freshet::app
