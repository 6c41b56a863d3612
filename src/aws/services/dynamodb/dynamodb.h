// Amazon DynamoDB: AWS's words to tables/, and back. Its handlers: dynamodb_tables, dynamodb_items,
// dynamodb_batches.
#pragma once
#include "aws/router.h"
#include "tables/tables.h"

namespace freshet::aws {
void register_dynamodb(Router& router, tables::Tables& tables);
void register_dynamodb_tables(Router& router, tables::Tables& tables);
void register_dynamodb_items(Router& router, tables::Tables& tables);
void register_dynamodb_pages(Router& router, tables::Tables& tables);
void register_dynamodb_batches(Router& router, tables::Tables& tables);
}  // namespace freshet::aws
