// A delivery that failed, in AWS's words.
#include <fmt/format.h>

#include "aws/services/firehose/firehose.h"
#include "aws/services/firehose/words.h"
#include "base/text/json_text.h"
#include "delivery/errors.h"
#include "objects/types.h"

namespace freshet::aws {
namespace {

std::string failure_code(const Error& error) {
    if (error.is(objects::Errc::no_bucket)) return "S3.NoSuchBucket";
    if (error.is(delivery::Errc::not_found)) return "Kinesis.ResourceNotFoundException";
    if (error.is(delivery::Errc::no_schema)) return "DataFormatConversion.EntityNotFound";
    if (error.is(delivery::Errc::bad_schema)) return "DataFormatConversion.InvalidSchema";
    return "S3.InternalError";
}

}  // namespace

std::string failure_line(const delivery::DeliveryStream& stream, const Error& error) {
    return failure_line(
        stream, failure_code(error),
        error.is(objects::Errc::no_bucket)
            ? "The specified bucket does not exist. Create it, or name a bucket that exists."
            : error.message());
}

std::string failure_line(const delivery::DeliveryStream& stream, const std::string& code,
                         const std::string& message) {
    const auto& http = stream.destination.options.http;
    return fmt::format(
        R"({{"deliveryStreamARN":{},"destination":{},"deliveryStreamVersionId":{},"message":{},"errorCode":{}}})",
        json_text(firehose_words::arn_of(stream.key)),
        json_text(http ? http->url : firehose_words::bucket_arn(stream.destination.bucket)),
        stream.version, json_text(message), json_text(code));
}

}  // namespace freshet::aws
