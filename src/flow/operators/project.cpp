#include "flow/operators/project.h"

#include <fmt/format.h>

#include "record/text.h"

namespace freshet::flow {

void Project::process(Rows rows, std::vector<Rows>& out) {
    Troubles troubles;
    const Evaluation evaluation{rows, run_.patterns, run_.started, troubles};
    Rows made;
    made.rowtimes = rows.rowtimes;
    for (const sql::streaming::Typed& expr : step_.exprs)
        made.columns.push_back(evaluate(expr, evaluation, rows.selection));
    for (std::size_t i = 0; i < step_.output.size(); ++i) {
        if (!step_.output[i].not_null) continue;
        for (const std::uint32_t row : rows.selection) {
            if (made.columns[i]->nulls[row])
                troubles.add(row, fmt::format("column {} is NOT NULL", step_.output[i].name));
        }
    }
    if (step_.rowtime) set_rowtimes(rows, made, troubles);
    made.selection = without(troubles, rows, rows.selection, run_);
    if (!made.selection.empty()) out.push_back(std::move(made));
}

void Project::set_rowtimes(const Rows& rows, Rows& made, Troubles& troubles) {
    const VectorPtr times =
        evaluate(*step_.rowtime, {rows, run_.patterns, run_.started, troubles}, rows.selection);
    std::vector<std::int64_t> rowtimes = *rows.rowtimes;
    for (const std::uint32_t row : rows.selection) {
        if (troubles.has(row)) continue;
        if (times->nulls[row]) {
            troubles.add(row, "ROWTIME is NULL");
        } else if (times->integers[row] < last_rowtime_) {
            troubles.add(row, fmt::format("rows out of order: ROWTIME {} is before {}",
                                          record::timestamp_text(times->integers[row]),
                                          record::timestamp_text(last_rowtime_)));
        } else {
            rowtimes[row] = last_rowtime_ = times->integers[row];
        }
    }
    made.rowtimes = std::make_shared<const std::vector<std::int64_t>>(std::move(rowtimes));
}

}  // namespace freshet::flow
