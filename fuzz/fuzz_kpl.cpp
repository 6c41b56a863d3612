// KPL aggregates: any bytes are one or none. The checksum is mended, so that what is inside is
// reached too.
#include <cstdint>
#include <string>

#include "base/crypto/digest.h"
#include "record/kpl.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string message(reinterpret_cast<const char*>(data), size);
    const Md5 digest = md5(message);
    const std::string mended =
        "\xF3\x89\x9A\xC2" + message +
        std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
    for (const std::string_view input : {std::string_view(message), std::string_view(mended)}) {
        const auto records = record::deaggregate(input);
        if (!records) continue;
        for (const record::UserRecord& one : *records) {  // views of the input, each byte there
            for (const std::string_view part :
                 {one.partition_key, one.explicit_hash_key.value_or(""), one.data})
                for (const char byte : part) [[maybe_unused]]
                    const volatile char read = byte;
        }
    }
    return 0;
}
