// The ARNs of streams and of their consumers.
#include <fmt/format.h>

#include "aws/services/kinesis/words.h"
#include "base/text/arn.h"

namespace freshet::aws::kinesis_words {

namespace domain = stream;

std::string arn_of(const domain::StreamKey& key) { return arn_text("kinesis", key, "stream/"); }

std::optional<StreamArn> parse_stream_arn(const std::string& arn) {
    constexpr std::string_view word = "stream/";
    auto parsed = parse_arn(arn);
    if (!parsed || parsed->service != "kinesis" || !parsed->resource.starts_with(word))
        return std::nullopt;
    const std::string resource = parsed->resource.substr(word.size());
    const auto slash = resource.find('/');
    return StreamArn{{std::move(parsed->home), resource.substr(0, slash)},
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
