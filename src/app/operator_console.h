// GET /_freshet/health, GET /_freshet/metrics, POST /_freshet/clock; hands every other path below
// /_freshet/ to the user interface.
#pragma once
#include <functional>
#include <vector>

#include "aws/http/front.h"
#include "io/clock.h"
#include "io/core.h"

namespace freshet::app {

class OperatorConsole final : public aws::ConsoleHandler {
  public:
    /// `manual` is null unless time is moved by hand. `interface` may be null.
    OperatorConsole(io::Cores& cores, io::ManualClock* manual, aws::ConsoleHandler* interface)
        : cores_(cores), manual_(manual), interface_(interface) {}
    void set_front(const aws::Front& front) { front_ = &front; }
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;

  private:
    io::Task<io::HttpResponse> move_clock(io::HttpRequest request);
    std::string metrics() const;
    io::Cores& cores_;
    io::ManualClock* manual_;
    aws::ConsoleHandler* interface_;
    const aws::Front* front_ = nullptr;
};

}  // namespace freshet::app
