#include "delivery/failure.h"

#include <fmt/format.h>

#include "base/text/json_text.h"
#include "delivery/errors.h"
#include "objects/types.h"

namespace freshet::delivery {
std::string failure_code(const Error& error) {
    if (error.is(objects::Errc::no_bucket)) return "S3.NoSuchBucket";
    if (error.is(Errc::not_found)) return "Kinesis.ResourceNotFoundException";
    return "S3.InternalError";
}

std::string failure_line(const DeliveryStream& stream, const Error& error) {
    const std::string arn =
        fmt::format("arn:aws:firehose:{}:{}:deliverystream/{}", stream.key.home.region,
                    stream.key.home.account, stream.key.name);
    const std::string message =
        error.is(objects::Errc::no_bucket)
            ? "The specified bucket does not exist. Create it, or name a bucket that exists."
            : error.message();
    return fmt::format(
        R"({{"deliveryStreamARN":{},"destination":{},"deliveryStreamVersionId":{},"message":{},"errorCode":"{}"}})",
        json_text(arn), json_text(stream.destination.bucket_arn), stream.version,
        json_text(message), failure_code(error));
}

}  // namespace freshet::delivery
