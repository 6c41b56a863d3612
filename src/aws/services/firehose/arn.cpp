// The ARNs of delivery streams.
#include <fmt/format.h>

#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {

std::string arn_of(const delivery::DeliveryKey& key) {
    return fmt::format("arn:aws:firehose:{}:{}:deliverystream/{}", key.home.region,
                       key.home.account, key.name);
}

}  // namespace freshet::aws::firehose_words
