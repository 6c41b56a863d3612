// Amazon DynamoDB: registers its operations and says what is special about its requests and
// answers.
#include <fmt/format.h>

#include "aws/http/rim.h"
#include "aws/limits.h"
#include "aws/model/dynamodb.h"
#include "aws/services/dynamodb/dynamodb.h"
#include "base/crypto/digest.h"

namespace freshet::aws {
namespace {

class DynamodbRim final : public ServiceRim {
  public:
    DynamodbRim() : ServiceRim(dynamodb::service_info()) {}

    std::size_t body_bytes_max(std::string_view operation) const override {
        return operation == "BatchWriteItem" || operation == "TransactWriteItems"
                   ? limits::items_body_bytes_max
                   : limits::body_bytes_max;
    }
    /// The Java SDKs check answers against it.
    void checksum(io::HttpResponse& response) const override {
        std::uint32_t crc = 0;
        for (const Bytes& piece : response.body) crc = crc32(piece.view(), crc);
        response.headers.add("x-amz-crc32", fmt::format("{}", crc));
    }
};

}  // namespace

void register_dynamodb(Router& router, tables::Tables& tables) {
    router.add_service(std::make_unique<DynamodbRim>());
    register_dynamodb_tables(router, tables);
    register_dynamodb_items(router, tables);
    register_dynamodb_pages(router, tables);
    register_dynamodb_batches(router, tables);
}

}  // namespace freshet::aws
