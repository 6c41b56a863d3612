// An application's code: a program that runs, or an error with its place.
#include <cstdint>
#include <cstdlib>

#include "flow/engine.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string code(reinterpret_cast<const char*>(data), size);
    flow::InputStream input{"SOURCE_SQL_STREAM_001", {}};
    input.schema.columns = {{"A", {record::Kind::integer, 0, 0}, false, ""},
                            {"B", {record::Kind::varchar, 8, 0}, false, ""},
                            {"T", {record::Kind::timestamp, 0, 0}, false, ""}};
    // The bytes alone, and as the query of a pump.
    for (const std::string& text :
         {code,
          "CREATE STREAM D (X VARCHAR(64));CREATE PUMP P AS INSERT INTO D SELECT STREAM " + code}) {
        const auto program = flow::Program::compile(text, {input});
        if (!program) {
            if (program.error().message().empty()) std::abort();
            continue;
        }
        flow::Engine engine(*program, from_epoch_ms(0));
        engine.feed(0, {Bytes::literal("1,x,2024-01-01 00:00:00\n,y,\n0,,"), from_epoch_ms(1000),
                        "s", "k", "1"});
        engine.on_time(from_epoch_ms(1'000'000'000));
        engine.take();
        if (!flow::Engine(*program, from_epoch_ms(0)).load(engine.save())) std::abort();
    }
    return 0;
}
