// Makes the catalog.
#pragma once
#include <memory>

#include "app/context.h"
#include "catalog/catalog.h"

namespace freshet::app {

class WiredCatalog {
  public:
    static std::vector<meta::Migration> migrations();
    static std::unique_ptr<WiredCatalog> make(Context& context);
    catalog::Catalog& catalog() { return *catalog_; }

  private:
    std::unique_ptr<catalog::Catalog> catalog_;
};

}  // namespace freshet::app
