// ARNs: of delivery streams, and of the streams and buckets that they join.
#include "base/text/arn.h"

#include <fmt/format.h>

#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {

std::string arn_of(const delivery::DeliveryKey& key) {
    return arn_text("firehose", key, "deliverystream/");
}

std::string arn_of(const delivery::SourceKey& stream) {
    return arn_text("kinesis", stream, "stream/");
}

std::string bucket_arn(const std::string& bucket) { return arn_text("s3", {}, bucket); }

Answer<delivery::SourceKey> stream_of(const std::string& arn) {
    auto named = name_in_arn<delivery::KinesisStream>(arn, "stream/");
    if (!named)
        return refuse("InvalidArgumentException",
                      fmt::format("KinesisStreamARN {} is not valid", arn));
    return std::move(*named);
}

Answer<std::string> bucket_of(const std::string& arn) {
    std::string bucket = arn.substr(arn.rfind(':') + 1);
    if (!arn.starts_with("arn:") || bucket.empty())
        return refuse("InvalidArgumentException", fmt::format("BucketARN {} is not valid", arn));
    return bucket;
}

}  // namespace freshet::aws::firehose_words
