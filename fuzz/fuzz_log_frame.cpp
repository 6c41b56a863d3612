// Log frames: any bytes are a whole frame or refused, and reading a frame stays inside it.
#include <cstdint>
#include <cstdlib>

#include "log/frame.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes = Bytes::copy({reinterpret_cast<const char*>(data), size});
    if (const auto frame = log::parse_frame(bytes)) {
        std::vector<log::Record> records;
        log::append_records(*frame, 0, SIZE_MAX, records);
        if (records.size() != frame->header.count) std::abort();
    }
    // The same bytes as records of a frame come back as they went.
    const Bytes parts[] = {bytes.slice(0, size / 2), bytes.slice(size / 2)};
    const auto made = log::make_frame({log::PartitionId(1), 5, {}, {}, 0, 0}, parts);
    const auto back = log::parse_frame(made.bytes);
    std::vector<log::Record> records;
    if (!back) std::abort();
    log::append_records(*back, 5, 2, records);
    if (records.size() != 2 || !(records[0].data == parts[0]) || !(records[1].data == parts[1]))
        std::abort();
    return 0;
}
