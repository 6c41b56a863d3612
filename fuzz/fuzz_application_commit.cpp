// A commit of an application: refused, or the same again when it is encoded.
#include <cstdint>
#include <cstdlib>

#include "analytics/run/commit.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto commit =
        analytics::decode_commit(Bytes::copy({reinterpret_cast<const char*>(data), size}));
    if (!commit) return 0;
    const Bytes once = analytics::encode(*commit);
    const auto again = analytics::decode_commit(once);
    if (!again || !(analytics::encode(*again) == once)) std::abort();
    return 0;
}
