// Parquet's metadata: any bytes are a schema or a reason.
#include <cstdint>
#include <string>

#include "record/parquet/parquet_schema.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)record::read_parquet_schema(bytes);
    if (size >= record::parquet_tail_bytes)
        (void)record::parquet_metadata_bytes(bytes.substr(size - record::parquet_tail_bytes), size);
    return 0;
}
