// The table service and DynamoDB.
#include "tables/tables.h"

#include "app/part.h"
#include "aws/services/dynamodb/dynamodb.h"
#include "tables/store.h"

namespace freshet::app {
namespace {

class TablesPart final : public Part {
  public:
    TablesPart(const Foundation& foundation, Services&)
        : Part(home_beside_records(foundation, "tables")), tables_(home(), foundation.database) {}
    Result<> open(const Foundation& foundation, Services&) {
        aws::register_dynamodb(foundation.router, tables_);
        return {};
    }

  private:
    tables::Tables tables_;
};

}  // namespace

PartKind tables_part() { return {"tables", tables::store::migrations, make_part<TablesPart>}; }

}  // namespace freshet::app
