// CSV and JSON records: every byte ends in a row or in a bad row, and what was decoded can be
// encoded.
#include <cstdint>
#include <cstdlib>

#include "record/decode.h"

using namespace freshet::record;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    Schema schema;
    schema.format.is_json = data[0] & 1;
    schema.format.column_delimiter = data[0] & 2 ? "||" : ",";
    schema.columns = {{"A", {Kind::integer, 0, 0}, false, ""},
                      {"B", {Kind::varchar, 4, 0}, false, schema.format.is_json ? "$.x[0:].B" : ""},
                      {"C", {Kind::timestamp, 0, 0}, false, ""},
                      {"D", {Kind::decimal, 9, 2}, false, ""}};
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto decoder = make_decoder(schema);
    const std::size_t rows_max = 1 + data[0] / 4;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t before = at;
        std::size_t bad = 0;
        Arena arena;
        Batch rows = empty_batch(schema.columns);
        (*decoder)->decode({text, true}, at, rows_max, 0, arena, rows,
                           [&](const BadRow&) { ++bad; });
        if (at <= before || at > text.size()) std::abort();  // each call goes on
        for (const Vector& column : rows.columns) {
            if (column.size() != rows.rows()) std::abort();
        }
        std::string out;
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            encode_row(RowFormat::csv, schema.columns, rows, row, out);
            encode_row(RowFormat::json, schema.columns, rows, row, out);
        }
    }
    (void)discover({freshet::Bytes::copy(text)});
    return 0;
}
