// A function's answer: any bytes are an answer for all records, or a named fault.
#include <cstdint>
#include <cstdlib>

#include "record/transform.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<record::TransformRecord> records{{"1", "s", "k", {}, Bytes::literal("a")},
                                                       {"2", "s", "k", {}, Bytes::literal("b")}};
    const auto answer =
        record::transform_answer(Bytes::copy({reinterpret_cast<const char*>(data), size}), records);
    if (answer && answer->size() != records.size()) std::abort();
    return 0;
}
