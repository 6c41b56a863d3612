// GET /_freshet/health, GET /_freshet/metrics, POST /_freshet/clock; hands every other path below
// /_freshet/ to the user interface.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "app/health/health.h"
#include "aws/http/front.h"
#include "io/clock.h"
#include "io/core.h"

namespace freshet::app {

/// Where a manual clock goes on: what `clock_file` says, `start` when it says nothing.
Timestamp manual_time(const std::string& clock_file, Timestamp start);

class OperatorConsole final : public aws::ConsoleHandler {
  public:
    /// `manual` is null unless time is moved by hand; then `clock_file` keeps it over a restart.
    /// `interface` may be null.
    OperatorConsole(io::Cores& cores, io::ManualClock* manual, std::string clock_file,
                    aws::ConsoleHandler* interface)
        : cores_(cores),
          manual_(manual),
          clock_file_(std::move(clock_file)),
          interface_(interface) {}
    /// More lines for the metrics; called on the connection's core.
    void add_figures(std::function<io::Task<std::string>()> figures) {
        figures_.push_back(std::move(figures));
    }
    /// What makes the health other than ok.
    void add_health(Health::Check check) { health_.add(std::move(check)); }
    void set_front(const aws::Front& front) { front_ = &front; }
    /// Answers everything below /_freshet/api/pipeline/.
    void set_pipelines(aws::ConsoleHandler& pipelines) { pipelines_ = &pipelines; }
    /// Answers everything below `path`, for whom a signed link is enough.
    void set_links(std::string_view path, aws::ConsoleHandler& links) {
        links_path_ = path;
        links_ = &links;
    }
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;

  private:
    io::Task<io::HttpResponse> move_clock(io::HttpRequest request);
    std::string metrics() const;
    io::Cores& cores_;
    io::ManualClock* manual_;
    std::string clock_file_;
    aws::ConsoleHandler* interface_;
    aws::ConsoleHandler* pipelines_ = nullptr;
    aws::ConsoleHandler* links_ = nullptr;
    std::string_view links_path_;
    const aws::Front* front_ = nullptr;
    std::vector<std::function<io::Task<std::string>()>> figures_;
    Health health_;
};

}  // namespace freshet::app
