// The stages of a delivery stream: what the processors of its destination make of the records of a
// cut (README.md, "Stages"). They change nothing that is stored: a cut whose stages ran is as if
// they had not, until its objects are published.
#pragma once
#include "delivery/ports.h"
#include "delivery/stages/item.h"
#include "delivery/stages/plan.h"
#include "io/core.h"

namespace freshet::delivery {

/// Home core of Deliveries; all of them must outlive a run.
struct StageParts {
    io::Core& home;
    io::Pool& pool;
    StreamSource& source;
    Functions& functions;
    KeyExtractor& extractor;
};

/// Runs each stage over all items: first those up to the function, whose answer is worth keeping,
/// then those after it. A record that a stage refuses is in the failures; an error means that
/// nothing can be said of the cut now: the server stops, or a port is not there. What is referred
/// to outlives the task.
io::Task<Result<Flow>> run_to_function(StageParts parts, const DeliveryStream& stream,
                                       const Plan& plan, Flow flow);
io::Task<Result<Flow>> run_after_function(StageParts parts, const Plan& plan, Flow flow);

/// The stages that need no other service. Pure.
void run_plain_stages(const Plan& plan, Flow& flow, Timestamp now);

}  // namespace freshet::delivery
