// Bytes of a stream's record to rows of a schema: CSV or JSON, any number of rows a record.
// A row that the schema does not fit becomes a BadRow, whole; nothing is dropped.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "record/batch.h"

namespace freshet::record {

/// Its views are valid during the call that reports it.
struct BadRow {
    std::int64_t rowtime = 0;
    std::string_view row;      ///< its bytes as they came
    std::string_view message;  ///< names the column and the value
};
using BadRows = std::function<void(const BadRow&)>;

struct Payload {
    std::string_view text;
    bool is_lasting = false;  ///< as long as the batch: its texts may be views of it
};

/// One thread. Call it with the same payload until `at` is its end: each row is then in `out` or
/// was reported to `bad`, exactly once. Nothing is kept between payloads.
class Decoder {
  public:
    virtual ~Decoder() = default;
    /// Appends rows of `payload` from `at` on to `out`, whose first columns are the schema's in
    /// order, and moves `at` after them: to the end, or as far as `rows_max` rows or
    /// limits::batch_bytes of texts in `arena`. All of them have the time `rowtime`. Texts point
    /// into `arena` or into a lasting payload. Returns the bytes of the rows' texts, those of
    /// columns that are not wanted included.
    virtual std::size_t decode(const Payload& payload, std::size_t& at, std::size_t rows_max,
                               std::int64_t rowtime, Arena& arena, Batch& out,
                               const BadRows& bad) = 0;
};

/// A batch with the columns of a schema and no rows.
Batch empty_batch(const std::vector<Column>& columns);

/// Errc::invalid for a mapping or a delimiter that is not understood. Columns that are not `wanted`
/// (by their place; none given: all are) may get no values. Their cells are checked all the same: a
/// row is bad whichever columns are wanted.
Result<std::unique_ptr<Decoder>> make_decoder(const Schema& schema,
                                              const std::vector<bool>& wanted = {});

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
