#include "delivery/failure.h"

#include <fmt/format.h>

#include "delivery/errors.h"
#include "objects/types.h"

namespace freshet::delivery {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
            out += c;
    }
    return out + '"';
}

}  // namespace

std::string failure_code(const Error& error) {
    if (error.is(objects::Errc::no_bucket)) return "S3.NoSuchBucket";
    if (error.is(Errc::not_found)) return "Kinesis.ResourceNotFoundException";
    return "S3.InternalError";
}

std::string failure_line(const DeliveryStream& stream, const Error& error) {
    const std::string arn = fmt::format("arn:aws:firehose:{}:{}:deliverystream/{}",
                                        stream.key.region, stream.key.account, stream.key.name);
    const std::string message =
        error.is(objects::Errc::no_bucket)
            ? "The specified bucket does not exist. Create it, or name a bucket that exists."
            : error.message();
    return fmt::format(
        R"({{"deliveryStreamARN":{},"destination":{},"deliveryStreamVersionId":{},"message":{},"errorCode":"{}"}})",
        quoted(arn), quoted(stream.destination.bucket_arn), stream.version, quoted(message),
        failure_code(error));
}

}  // namespace freshet::delivery
