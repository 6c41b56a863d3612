#include "app/wire_catalog.h"

#include "aws/services/glue/glue.h"
#include "catalog/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredCatalog::migrations() { return catalog::store::migrations(); }

std::unique_ptr<WiredCatalog> WiredCatalog::make(Context& context) {
    auto wired = std::make_unique<WiredCatalog>();
    wired->catalog_ = std::make_unique<catalog::Catalog>(context.cores.main(), context.database);
    aws::register_glue(context.router, *wired->catalog_);
    return wired;
}

}  // namespace freshet::app
