// The jobs service, and Glue's operations on jobs and triggers.
#include "jobs/jobs.h"

#include <cstdlib>
#include <filesystem>

#include "app/part.h"
#include "app/ports/jobs.h"
#include "aws/services/glue/jobs.h"
#include "jobs/store.h"
#include "jobs/triggers.h"

namespace freshet::app {
namespace {

/// Absolute: processes run in directories of their own.
std::string directory_of(const Config& config) {
    return std::filesystem::absolute(config.data_dir).string() + "/jobs";
}

functions::RuntimeOptions runtimes_of(const Config& config) {
    const char* path = std::getenv("PATH");
    return {config.runtimes, FRESHET_PYTHON, path ? path : "", directory_of(config) + "/packages"};
}

class JobsPart final : public Part {
  public:
    JobsPart(const Foundation& foundation, Services& services)
        : Part(foundation.cores.main()),
          scripts_(services.of<objects::Objects>(), foundation.pool),
          pythons_(runtimes_of(foundation.config)),
          statements_(services.of<query::Query>()),
          lines_(at_home(home(), services.of<monitor::Logs>())),
          crawlers_(at_home(home(), services.of<lake::Crawlers>())),
          ledger_(home(), foundation.database),
          jobs_(ledger_, foundation.pool, {scripts_, pythons_, statements_, lines_, crawlers_},
                directory_of(foundation.config)),
          triggers_(ledger_, crawlers_) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = jobs_.load(); !loaded) return loaded;
        if (auto loaded = ledger_.load(); !loaded) return loaded;
        aws::register_glue_jobs(foundation.router, jobs_, triggers_, services.of<lake::Crawlers>());
        services.add(jobs_);
        services.add(triggers_);
        return {};
    }
    void start(const std::string& endpoint) override {
        jobs_.start(endpoint);
        triggers_.start();
    }
    io::Task<void> stop() override {
        co_await triggers_.stop();
        co_await jobs_.stop();
    }

  private:
    JobScripts scripts_;
    JobPythons pythons_;
    JobStatements statements_;
    JobLines lines_;
    JobCrawlers crawlers_;
    jobs::Ledger ledger_;
    jobs::Jobs jobs_;
    jobs::Triggers triggers_;
};

}  // namespace

PartKind jobs_part() { return {"jobs", jobs::store::migrations, make_part<JobsPart>}; }

}  // namespace freshet::app
