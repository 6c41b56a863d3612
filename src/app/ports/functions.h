// Where functions print (functions/ports.h): the log store, whose home core is theirs.
#pragma once
#include "functions/ports.h"
#include "monitor/logs.h"

namespace freshet::app {

class FunctionLines final : public functions::LogSink {
  public:
    explicit FunctionLines(monitor::Logs& logs) : logs_(logs) {}
    void append(const Home& home, const std::string& group, const std::string& stream,
                std::vector<functions::LogLine> lines) override;

  private:
    monitor::Logs& logs_;
};

}  // namespace freshet::app
