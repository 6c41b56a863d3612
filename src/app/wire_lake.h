// Makes the lake service.
#pragma once
#include <memory>

#include "app/context.h"
#include "app/ports/lake.h"
#include "lake/lake.h"

namespace freshet::app {

class WiredLake {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredLake>> make(Context& context, objects::Objects& objects,
                                                   catalog::Catalog& catalog, monitor::Logs& logs);
    io::Task<void> stop() { co_await crawlers_->stop(); }

    lake::Crawlers& crawlers() { return *crawlers_; }

  private:
    std::unique_ptr<LakeSiblings> siblings_;
    std::unique_ptr<lake::Crawlers> crawlers_;
};

}  // namespace freshet::app
