// A saved state: refused, or one that can be run. The checksum is mended, so that what is inside is
// reached too.
#include <cstdint>

#include "base/crypto/digest.h"
#include "flow/engine.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto program = *flow::Program::compile(
        "CREATE STREAM D (A VARCHAR(8), N BIGINT);CREATE STREAM G (A VARCHAR(8), N DOUBLE);"
        "CREATE PUMP P AS INSERT INTO D SELECT STREAM * FROM "
        "TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(SELECT STREAM A FROM S), 'A', 3, 60));"
        "CREATE PUMP Q AS INSERT INTO G SELECT STREAM A, COUNT(*) FROM S GROUP BY A, "
        "FLOOR(S.ROWTIME TO MINUTE)",
        {{"S", {{}, {{"A", {record::Kind::varchar, 8, 0}, false, ""}}}}});
    static const std::string saved = flow::Engine(program, {}).save();
    // The header with the fingerprint of this program, then the given bytes.
    std::string state =
        saved.substr(0, 4 + 1 + 1 + 64) + std::string(reinterpret_cast<const char*>(data), size);
    const std::uint32_t crc = crc32c(state);
    for (int i = 0; i < 32; i += 8) state += static_cast<char>(crc >> i);
    flow::Engine engine(program, {});
    if (!engine.load(state)) return 0;
    engine.feed(0, {Bytes::literal("x\ny"), from_epoch_ms(1000), "", "", ""});
    engine.on_time(from_epoch_ms(1'000'000));
    engine.take();
    return 0;
}
