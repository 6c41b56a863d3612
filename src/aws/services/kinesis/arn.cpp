// The ARNs of streams and of their consumers.
#include <fmt/format.h>

#include "aws/services/kinesis/words.h"

namespace freshet::aws::kinesis_words {

namespace domain = stream;

std::string arn_of(const domain::StreamKey& key) {
    return fmt::format("arn:aws:kinesis:{}:{}:stream/{}", key.home.region, key.home.account,
                       key.name);
}

std::optional<StreamArn> parse_stream_arn(const std::string& arn) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    while (parts.size() < 5 && at != std::string::npos) {
        const auto colon = arn.find(':', at);
        parts.push_back(arn.substr(at, colon - at));
        at = colon == std::string::npos ? colon : colon + 1;
    }
    if (at == std::string::npos || parts[2] != "kinesis" || !arn.substr(at).starts_with("stream/"))
        return std::nullopt;
    const std::string resource = arn.substr(at + 7);
    const auto slash = resource.find('/');
    return StreamArn{{{parts[4], parts[3]}, resource.substr(0, slash)},
                     slash == std::string::npos ? "" : resource.substr(slash)};
}

std::string consumer_arn(const domain::StreamKey& key, const domain::Consumer& consumer) {
    return fmt::format("{}/consumer/{}:{}", arn_of(key), consumer.name,
                       to_epoch_ms(consumer.created) / 1000);
}

std::optional<ConsumerName> parse_consumer_arn(const std::string& arn) {
    auto parsed = parse_stream_arn(arn);
    constexpr std::string_view word = "/consumer/";
    if (!parsed || !parsed->rest.starts_with(word)) return std::nullopt;
    const std::string name = parsed->rest.substr(word.size());
    return ConsumerName{std::move(parsed->key), name.substr(0, name.find(':'))};
}

}  // namespace freshet::aws::kinesis_words
