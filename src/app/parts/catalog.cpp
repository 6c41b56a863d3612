// The catalog and Glue's operations on it.
#include "catalog/catalog.h"

#include "app/part.h"
#include "aws/services/glue/glue.h"
#include "catalog/store.h"

namespace freshet::app {
namespace {

class CatalogPart final : public Part {
  public:
    CatalogPart(const Foundation& foundation, Services&)
        : Part(home_beside_records(foundation, "catalog")), catalog_(home(), foundation.database) {}
    Result<> open(const Foundation& foundation, Services& services) {
        aws::register_glue(foundation.router, catalog_);
        services.add(catalog_);
        return {};
    }

  private:
    catalog::Catalog catalog_;
};

}  // namespace

PartKind catalog_part() { return {"catalog", catalog::store::migrations, make_part<CatalogPart>}; }

}  // namespace freshet::app
