#include "aws/services/kinesis/page_token.h"

#include <fmt/format.h>

#include <sstream>

#include "base/crypto/digest.h"
#include "base/error.h"

namespace freshet::aws::kinesis_words {
namespace {

constexpr Millis life = 300'000ms;  // AWS

std::unexpected<Fault> invalid() {
    return std::unexpected(Fault{"InvalidArgumentException", "NextToken is not valid"});
}

Answer<void> check_life(std::int64_t issued_ms, Timestamp now) {
    const std::int64_t now_ms = to_epoch_ms(now);
    if (issued_ms < 0 || issued_ms > now_ms + life.count()) return invalid();
    if (now_ms - issued_ms > life.count())
        return std::unexpected(
            Fault{"ExpiredNextTokenException", "The pagination token has expired."});
    return {};
}

}  // namespace

std::string seal_page_token(const std::string& last, Timestamp now) {
    return base64_encode(fmt::format("{} {}", to_epoch_ms(now), last));
}

Answer<std::string> open_page_token(const std::string& token, Timestamp now) {
    std::string text;
    const bool is_base64 = base64_decode(token, text);
    const auto space = text.find(' ');
    if (!is_base64 || space == std::string::npos) return invalid();
    if (auto lives = check_life(std::strtoll(text.c_str(), nullptr, 10), now); !lives)
        return pass(lives);
    return text.substr(space + 1);
}

std::string seal_shards_token(const ShardsPage& page, Timestamp now) {
    return base64_encode(fmt::format("{} {} {} {} {} {}", to_epoch_ms(now), page.last, page.filter,
                                     page.filter_after, to_epoch_ms(page.filter_time),
                                     page.stream_arn));
}

Answer<ShardsPage> open_shards_token(const std::string& token, Timestamp now) {
    std::string text;
    std::istringstream words(base64_decode(token, text) ? text : "");
    ShardsPage page;
    std::int64_t issued_ms = 0, time_ms = 0;
    words >> issued_ms >> page.last >> page.filter >> page.filter_after >> time_ms >>
        page.stream_arn;
    if (!words) return invalid();
    if (auto lives = check_life(issued_ms, now); !lives) return pass(lives);
    page.filter_time = from_epoch_ms(time_ms);
    return page;
}

}  // namespace freshet::aws::kinesis_words
