// Bytes of a stream's record to rows of a schema: CSV or JSON, any number of rows a record.
// A row that the schema does not fit becomes a BadRow, whole; nothing is dropped.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "record/batch.h"

namespace freshet::record {

struct BadRow {
    std::int64_t rowtime = 0;
    std::string row;      ///< its bytes as they came
    std::string message;  ///< names the column and the value
};

class Decoder {
  public:
    virtual ~Decoder() = default;
    /// Appends the rows of `payload` to `out`, whose first columns are the schema's in order. All
    /// of them have the time `rowtime`. Texts point into `arena`.
    virtual void decode(std::string_view payload, std::int64_t rowtime, Arena& arena, Batch& out,
                        std::vector<BadRow>& bad) = 0;
};

/// A batch with the columns of a schema and no rows.
Batch empty_batch(const std::vector<Column>& columns);

/// Errc::invalid for a mapping or a delimiter that is not understood.
Result<std::unique_ptr<Decoder>> make_decoder(const Schema& schema);

/// What DiscoverInputSchema finds in sample records.
struct Discovered {
    Schema schema;
    std::vector<std::vector<std::string>> rows;  ///< as parsed, header included
    bool has_header = false;                     ///< of CSV: the first row names the columns
};
/// Errc::invalid when the records are neither JSON nor CSV.
Result<Discovered> discover(const std::vector<Bytes>& records);

/// How an output writes rows.
enum class RowFormat { csv, json };
/// One row with its newline: RFC 4180 quoting where needed, or one JSON object keyed by column
/// name.
void encode_row(RowFormat format, const std::vector<Column>& columns, const Batch& rows,
                std::size_t row, std::string& out);

}  // namespace freshet::record
