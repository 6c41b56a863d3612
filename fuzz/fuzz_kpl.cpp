// KPL aggregates: any bytes are one or none. The checksum is mended, so that what is inside is
// reached too.
#include <cstdint>
#include <string>

#include "base/digest.h"
#include "record/kpl.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string message(reinterpret_cast<const char*>(data), size);
    const Md5 digest = md5(message);
    (void)record::deaggregate(Bytes::copy(message));
    (void)record::deaggregate(
        Bytes::own("\xF3\x89\x9A\xC2" + message +
                   std::string(reinterpret_cast<const char*>(digest.data()), digest.size())));
    return 0;
}
