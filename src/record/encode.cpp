#include <fmt/format.h>

#include "base/check.h"
#include "base/text/json_text.h"
#include "record/csv.h"
#include "record/decode.h"
#include "record/json/json.h"

namespace freshet::record {

Batch empty_batch(const std::vector<Column>& columns) {
    Batch batch;
    for (const Column& column : columns) batch.columns.emplace_back(column.type);
    return batch;
}

Result<std::unique_ptr<Decoder>> make_decoder(const Schema& schema,
                                              const std::vector<bool>& wanted) {
    if (schema.columns.empty()) return fail(Errc::invalid, "the schema has no columns");
    return schema.format.is_json ? make_json_decoder(schema) : make_csv_decoder(schema, wanted);
}

void encode_row(RowFormat format, const std::vector<Column>& columns, const Batch& rows,
                std::size_t row, std::string& out) {
    FRESHET_CHECK(row < rows.rows());
    FRESHET_CHECK(columns.size() <= rows.columns.size());  // no column is written without a value
    const bool is_json = format == RowFormat::json;
    if (is_json) out += '{';
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Vector& vector = rows.columns[i];
        if (i > 0) out += ',';
        if (!is_json) {
            append_csv_cell(to_text(vector, row), out);
            continue;
        }
        append_json_text(columns[i].name, out);
        out += ':';
        if (vector.nulls[row])
            out += "null";
        else if (is_numeric(vector.type.kind) || vector.type.kind == Kind::boolean)
            out += to_text(vector, row);
        else
            append_json_text(to_text(vector, row), out);
    }
    out += is_json ? "}\n" : "\n";
}

}  // namespace freshet::record
