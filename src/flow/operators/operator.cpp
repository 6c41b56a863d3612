#include "flow/operators/operator.h"

#include <algorithm>

#include "flow/operators/filter.h"
#include "flow/operators/project.h"
#include "flow/operators/top_k.h"
#include "flow/operators/tumble.h"

namespace freshet::flow {

std::unique_ptr<Operator> make_operator(const sql::streaming::Step& step, const Run& run) {
    switch (step.kind) {
        case sql::streaming::StepKind::filter:
            return std::make_unique<Filter>(step, run);
        case sql::streaming::StepKind::project:
            return std::make_unique<Project>(step, run);
        case sql::streaming::StepKind::aggregate:
            return std::make_unique<Tumble>(step, run);
        case sql::streaming::StepKind::top_k:
            return std::make_unique<TopK>(step);
    }
    return nullptr;
}

Selection without(const Troubles& troubles, const Rows& rows, Selection selection, const Run& run) {
    if (troubles.empty()) return selection;
    for (const Trouble& trouble : troubles.all()) run.on_trouble(rows, trouble);
    std::erase_if(selection, [&](std::uint32_t row) { return troubles.has(row); });
    return selection;
}

}  // namespace freshet::flow
