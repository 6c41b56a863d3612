// Registers the operations of S3.
#include "aws/services/s3/s3.h"
#include "aws/services/s3/words.h"

namespace freshet::aws {

void register_s3(Router& router, io::Core& home, objects::Objects& objects) {
    s3_words::register_buckets(router, home, objects);
    s3_words::register_listing(router, home, objects);
    s3_words::register_objects(router, home, objects);
    s3_words::register_deletes(router, home, objects);
    s3_words::register_copies(router, home, objects);
    s3_words::register_uploads(router, home, objects);
    s3_words::register_parts(router, home, objects);
    s3_words::register_tagging(router, home, objects);
    s3_words::register_object_attributes(router, home, objects);
    s3_words::register_access(router, home, objects);
    s3_words::register_bucket_cors(router, home, objects);
    s3_words::register_encryption(router, home, objects);
    s3_words::register_configuration(router, home, objects);
}

}  // namespace freshet::aws
