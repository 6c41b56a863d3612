// The crawlers and Glue's operations on them.
#include "lake/lake.h"

#include "app/part.h"
#include "app/ports/lake.h"
#include "aws/services/glue/crawlers.h"
#include "lake/store.h"

namespace freshet::app {
namespace {

class LakePart final : public Part {
  public:
    LakePart(const Foundation& foundation, Services& services)
        : Part(foundation.cores.main()),
          siblings_(services.of<objects::Objects>(), services.of<catalog::Catalog>(),
                    at_home(home(), services.of<monitor::Logs>()), foundation.database),
          classifiers_(home(), foundation.database),
          crawlers_(home(), foundation.database, foundation.pool, siblings_, classifiers_) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = classifiers_.load(); !loaded) return loaded;
        if (auto loaded = crawlers_.load(); !loaded) return loaded;
        aws::register_glue_crawlers(foundation.router, crawlers_);
        aws::register_glue_classifiers(foundation.router, classifiers_);
        services.add(crawlers_);
        return {};
    }
    void start(const std::string&) override { crawlers_.begin(); }
    io::Task<void> stop() override { return crawlers_.stop(); }

  private:
    LakeSiblings siblings_;
    lake::Classifiers classifiers_;
    lake::Crawlers crawlers_;
};

}  // namespace

PartKind lake_part() { return {"lake", lake::store::migrations, make_part<LakePart>}; }

}  // namespace freshet::app
