#include "aws/services/dynamodb/dynamodb.h"

namespace freshet::aws {

void register_dynamodb(Router& router, tables::Tables& tables) {
    register_dynamodb_tables(router, tables);
    register_dynamodb_items(router, tables);
    register_dynamodb_pages(router, tables);
    register_dynamodb_batches(router, tables);
}

}  // namespace freshet::aws
