#include "app/wire_lake.h"

#include "aws/services/glue/crawlers.h"
#include "lake/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredLake::migrations() { return lake::store::migrations(); }

Result<std::unique_ptr<WiredLake>> WiredLake::make(Context& context, objects::Objects& objects,
                                                   catalog::Catalog& catalog, monitor::Logs& logs) {
    auto wired = std::make_unique<WiredLake>();
    wired->siblings_ = std::make_unique<LakeSiblings>(objects, catalog, logs);
    wired->crawlers_ = std::make_unique<lake::Crawlers>(context.cores.main(), context.database,
                                                        context.pool, *wired->siblings_);
    if (auto loaded = wired->crawlers_->load(); !loaded) return pass(loaded);
    aws::register_glue_crawlers(context.router, *wired->crawlers_);
    return wired;
}

}  // namespace freshet::app
