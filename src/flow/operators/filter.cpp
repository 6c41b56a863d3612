#include "flow/operators/filter.h"

namespace freshet::flow {

void Filter::process(Rows rows, std::vector<Rows>& out) {
    Troubles troubles;
    Selection kept =
        where_true(step_.exprs[0], {rows, run_.patterns, run_.started, troubles}, rows.selection);
    rows.selection = without(troubles, rows, std::move(kept), run_);
    if (!rows.selection.empty()) out.push_back(std::move(rows));
}

}  // namespace freshet::flow
