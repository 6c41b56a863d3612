// AWS Glue: registers its operations.
#include "aws/http/rim.h"
#include "aws/services/glue/glue.h"
#include "aws/services/glue/words.h"

namespace freshet::aws {

void register_glue(Router& router, catalog::Catalog& catalog) {
    using namespace glue_words;
    router.add_service(std::make_unique<ServiceRim>(glue::service_info()));
    register_databases(router, catalog);
    register_tables(router, catalog);
    register_partitions(router, catalog);
    register_statistics(router, catalog);
    register_functions(router, catalog);
}

}  // namespace freshet::aws
