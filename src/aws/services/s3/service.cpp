// Registers the operations of S3.
#include "aws/services/s3/s3.h"
#include "aws/services/s3/words.h"

namespace freshet::aws {

void register_s3(Router& router, io::Core& home, objects::Objects& objects) {
    using namespace s3_words;
    for (Family* family :
         {register_buckets, register_listing, register_objects, register_deletes, register_copies,
          register_uploads, register_parts, register_tagging, register_object_attributes,
          register_access, register_bucket_cors, register_encryption, register_configuration}) {
        family(router, home, objects);
    }
}

}  // namespace freshet::aws
