// Makes the log and the stream service.
#pragma once
#include <memory>

#include "app/context.h"
#include "log/log.h"
#include "stream/stream.h"

namespace freshet::app {

class WiredStream {
  public:
    static std::vector<meta::Migration> migrations();
    /// Recovers the log and reads the tables.
    static Result<std::unique_ptr<WiredStream>> make(Context& context);
    void start();
    io::Task<void> stop();
    /// Lines for the metrics; home core of the streams.
    io::Task<std::string> figures();
    log::Log& log() { return *log_; }
    stream::Streams& streams() { return *streams_; }

  private:
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<stream::Streams> streams_;
};

}  // namespace freshet::app
