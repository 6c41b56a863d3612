// The functions service and Lambda.
#include "functions/functions.h"

#include <cstdlib>
#include <filesystem>

#include "app/part.h"
#include "app/ports/functions.h"
#include "aws/services/lambda/code_links.h"
#include "aws/services/lambda/lambda.h"
#include "functions/store.h"
#include "objects/objects.h"

namespace freshet::app {
namespace {

functions::Options options_of(const Config& config) {
    // Absolute: processes run in directories of their own.
    const std::string directory =
        std::filesystem::absolute(config.data_dir).string() + "/functions";
    const char* path = std::getenv("PATH");
    return {directory,
            {config.runtimes, FRESHET_PYTHON, path ? path : "", directory + "/packages"}};
}

class FunctionsPart final : public Part {
  public:
    FunctionsPart(const Foundation& foundation, Services& services)
        : Part(foundation.cores.main()),
          lines_(at_home(home(), services.of<monitor::Logs>())),
          functions_({foundation.cores, home(), foundation.pool, foundation.database, lines_,
                      options_of(foundation.config)}),
          links_(functions_) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = functions_.load(); !loaded) return loaded;
        aws::register_lambda(foundation.router, functions_, services.of<objects::Objects>(),
                             links_);
        services.add(functions_);
        services.add(links_);
        return {};
    }
    void start(const std::string& endpoint) override { functions_.start(endpoint); }
    io::Task<void> stop() override { return functions_.stop(); }

  private:
    FunctionLines lines_;
    functions::Functions functions_;
    aws::CodeLinks links_;
};

}  // namespace

PartKind functions_part() {
    // A function that hangs must not hold up the application that waits for it: its process ends
    // first.
    return {.name = "functions",
            .migrations = functions::store::migrations,
            .make = make_part<FunctionsPart>,
            .stops_before = "analytics"};
}

}  // namespace freshet::app
