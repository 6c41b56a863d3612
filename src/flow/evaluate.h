// Typed expressions over batches: one vector an expression, computed for the selected rows only. A
// row whose value cannot be computed (division by zero, a CAST that does not fit) is NULL here and
// named in `troubles`; the operator takes it out.
#pragma once
#include <map>

#include "base/time.h"
#include "flow/pattern.h"
#include "flow/rows.h"
#include "sql/streaming/typed.h"

namespace freshet::flow {

/// The patterns of a program's LIKEs, by their place in the plan.
using Patterns = std::map<const sql::streaming::Typed*, Pattern>;

struct Evaluation {
    const Rows& rows;
    const Patterns& patterns;
    Timestamp started;  ///< CURRENT_TIMESTAMP
    Troubles& troubles;
};

/// As long as the columns of `rows`; only the positions of `selection` are valid.
VectorPtr evaluate(const sql::streaming::Typed& expr, const Evaluation& evaluation,
                   const Selection& selection);

/// Those of `selection` for which the condition is true.
Selection where_true(const sql::streaming::Typed& condition, const Evaluation& evaluation,
                     const Selection& selection);

// The parts, one file each.
using Args = std::vector<VectorPtr>;
VectorPtr evaluate_arithmetic(const sql::streaming::Typed& expr, const Args& args,
                              const Evaluation& evaluation, const Selection& selection);
VectorPtr evaluate_comparison(const sql::streaming::Typed& expr, const Args& args,
                              const Evaluation& evaluation, const Selection& selection);
/// AND, OR, IN, BETWEEN and both forms of CASE: what decides which of their parts are computed.
VectorPtr evaluate_condition(const sql::streaming::Typed& expr, const Evaluation& evaluation,
                             const Selection& selection);
/// Two values of a comparison: -1, 0, 1. CHAR (`is_padded`) is compared without its blanks.
int compare_at(const record::Vector& a, std::uint32_t row_a, const record::Vector& b,
               std::uint32_t row_b, bool is_padded);
/// Whether `arg` is CHAR, or was before it became the comparison's type.
bool is_padded(const sql::streaming::Typed& arg);
VectorPtr evaluate_cast(const sql::streaming::Typed& expr, const VectorPtr& from,
                        const Evaluation& evaluation, const Selection& selection);
VectorPtr evaluate_call(const sql::streaming::Typed& expr, const Args& args,
                        const Evaluation& evaluation, const Selection& selection);
VectorPtr evaluate_text(const sql::streaming::Typed& expr, const Args& args,
                        const Evaluation& evaluation, const Selection& selection);
VectorPtr evaluate_time(const sql::streaming::Typed& expr, const Args& args,
                        const Evaluation& evaluation, const Selection& selection);

/// A vector of NULLs to be filled.
std::shared_ptr<record::Vector> new_vector(const record::Type& type, std::size_t rows);
/// The value at `row` to the same place of a vector of the same type; the owners of texts are not
/// copied.
void copy_row(const record::Vector& from, std::uint32_t row, record::Vector& to);
/// A number of any type.
double real_of(const record::Vector& vector, std::uint32_t row);
/// The start of the STEP that `ms` is in: `months` > 0 counts months from 1970.
std::int64_t step_start(std::int64_t ms, const sql::streaming::IntervalValue& step);
std::int64_t step_end(std::int64_t ms, const sql::streaming::IntervalValue& step);

}  // namespace freshet::flow
