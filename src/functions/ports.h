// What functions need of the log store; app/ports/functions connects them.
#pragma once
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::functions {

struct LogLine {
    Timestamp time;
    std::string text;
};

class LogSink {
  public:
    virtual ~LogSink() = default;
    /// Home core of functions; does not wait.
    virtual void append(const Home& home, const std::string& group, const std::string& stream,
                        std::vector<LogLine> lines) = 0;
};

}  // namespace freshet::functions
