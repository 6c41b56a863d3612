// Firehose's prefix expressions: any text is refused or evaluates.
#include <cstdint>
#include <string>

#include "delivery/naming/prefix.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    (void)delivery::check_prefixes(text, text);
    (void)delivery::evaluate_prefix(text, {from_epoch_ms(1'700'000'000'000), std::nullopt, 1});
    return 0;
}
