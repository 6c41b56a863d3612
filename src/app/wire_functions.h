// Makes the functions service and the log store that its lines go to.
#pragma once
#include <memory>

#include "app/context.h"
#include "aws/services/lambda/code_links.h"
#include "functions/functions.h"
#include "monitor/logs.h"
#include "objects/objects.h"

namespace freshet::app {

class WiredFunctions {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredFunctions>> make(Context& context,
                                                        objects::Objects& objects);
    /// Home core of functions, once the endpoint is known.
    void start(const std::string& endpoint) { functions_->start(endpoint); }
    io::Task<void> stop();
    functions::Functions& functions() { return *functions_; }
    /// Answers everything below aws::CodeLinks::path.
    aws::ConsoleHandler& code_links() { return *links_; }
    monitor::Logs& logs() { return *logs_; }

  private:
    std::unique_ptr<monitor::Logs> logs_;
    std::unique_ptr<functions::LogSink> sink_;
    std::unique_ptr<functions::Functions> functions_;
    std::unique_ptr<aws::CodeLinks> links_;
};

}  // namespace freshet::app
