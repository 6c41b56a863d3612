// Positions of replays: refused, or the same again when they are written and read once more.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/streams/replay_position.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = cli::ReplayPosition::parse({reinterpret_cast<const char*>(data), size});
    if (!read) return 0;
    const auto again = cli::ReplayPosition::parse(read->text());
    if (!again || again->text() != read->text()) std::abort();
    return 0;
}
