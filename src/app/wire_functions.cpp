#include "app/wire_functions.h"

#include <cstdlib>
#include <filesystem>

#include "aws/services/lambda/lambda.h"
#include "aws/services/logs/logs.h"
#include "functions/store.h"

namespace freshet::app {
namespace {

/// What functions print, to the log store (functions/ports.h). Both have the same home core.
class LogStore final : public functions::LogSink {
  public:
    explicit LogStore(monitor::Logs& logs) : logs_(logs) {}
    void append(const std::string& account, const std::string& region, const std::string& group,
                const std::string& stream, std::vector<functions::LogLine> lines) override {
        std::vector<monitor::Line> kept;
        for (functions::LogLine& line : lines) kept.push_back({line.time, std::move(line.text)});
        logs_.append({account, region, group}, stream, std::move(kept));
    }

  private:
    monitor::Logs& logs_;
};

/// Absolute: processes run in directories of their own.
std::string directory_of(const Context& context) {
    return std::filesystem::absolute(context.data_dir).string() + "/functions";
}

functions::RuntimeOptions runtimes_of(const Context& context) {
    const char* path = std::getenv("PATH");
    return {context.config.runtimes, FRESHET_PYTHON, path ? path : "",
            directory_of(context) + "/packages"};
}

}  // namespace

std::vector<meta::Migration> WiredFunctions::migrations() {
    auto all = functions::store::migrations();
    for (const auto& migration : monitor::migrations()) all.push_back(migration);
    return all;
}

Result<std::unique_ptr<WiredFunctions>> WiredFunctions::make(Context& context,
                                                             objects::Objects& objects) {
    auto wired = std::make_unique<WiredFunctions>();
    io::Core& home = context.cores.main();
    wired->logs_ = std::make_unique<monitor::Logs>(home, context.database);
    wired->sink_ = std::make_unique<LogStore>(*wired->logs_);
    wired->functions_ = std::make_unique<functions::Functions>(
        functions::Parts{context.cores,
                         home,
                         context.pool,
                         context.database,
                         *wired->sink_,
                         {directory_of(context), runtimes_of(context)}});
    if (auto loaded = wired->functions_->load(); !loaded) return pass(loaded);
    wired->links_ = std::make_unique<aws::CodeLinks>(*wired->functions_);
    aws::register_lambda(context.router, *wired->functions_, objects, *wired->links_);
    aws::register_logs(context.router, *wired->logs_);
    return wired;
}

io::Task<void> WiredFunctions::stop() {
    co_await functions_->stop();
    co_await logs_->stop();
}

}  // namespace freshet::app
