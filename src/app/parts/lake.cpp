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
                    at_home(home(), services.of<monitor::Logs>())),
          crawlers_(home(), foundation.database, foundation.pool, siblings_) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = crawlers_.load(); !loaded) return loaded;
        aws::register_glue_crawlers(foundation.router, crawlers_);
        services.add(crawlers_);
        return {};
    }
    io::Task<void> stop() override { return crawlers_.stop(); }

  private:
    LakeSiblings siblings_;
    lake::Crawlers crawlers_;
};

}  // namespace

PartKind lake_part() { return {"lake", lake::store::migrations, make_part<LakePart>}; }

}  // namespace freshet::app
