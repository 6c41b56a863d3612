#include "app/wire/tables.h"

#include "aws/services/dynamodb/dynamodb.h"
#include "tables/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredTables::migrations() { return tables::store::migrations(); }

std::unique_ptr<WiredTables> WiredTables::make(Context& context) {
    auto wired = std::make_unique<WiredTables>();
    wired->tables_ = std::make_unique<tables::Tables>(context.cores.main(), context.database);
    aws::register_dynamodb(context.router, *wired->tables_);
    return wired;
}

}  // namespace freshet::app
