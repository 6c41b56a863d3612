// Tokens of listings: any text is refused or opened, and what was sealed opens to what it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "aws/services/kinesis_words.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const Timestamp now = from_epoch_ms(1'000'000);
    (void)aws::kinesis_words::open_page_token(text, now);
    const auto opened =
        aws::kinesis_words::open_page_token(aws::kinesis_words::seal_page_token(text, now), now);
    if (!opened || *opened != text) std::abort();
    return 0;
}
