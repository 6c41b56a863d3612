// Tokens of listings: any text is refused or opened, and what was sealed opens to what it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "aws/services/kinesis/page_token.h"
#include "base/crypto/digest.h"

using namespace freshet;
using namespace freshet::aws::kinesis_words;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const Timestamp now = from_epoch_ms(1'000'000);
    (void)open_page_token(text, now);
    const auto opened = open_page_token(seal_page_token(text, now), now);
    if (!opened || *opened != text) std::abort();
    (void)open_shards_token(text, now);
    const auto page = open_shards_token(base64_encode(text), now);
    if (!page) return 0;
    const auto again = open_shards_token(seal_shards_token(*page, now), now);
    if (!again || again->last != page->last || again->filter != page->filter ||
        again->filter_after != page->filter_after || again->filter_time != page->filter_time ||
        again->stream_arn != page->stream_arn)
        std::abort();
    return 0;
}
