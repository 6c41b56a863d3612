// One step of a pump: rows in, rows out, and what it remembers between them.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "flow/evaluate.h"
#include "flow/saved.h"

namespace freshet::flow {

/// What every operator of a run shares.
struct Run {
    const Patterns& patterns;
    Timestamp started;
    /// A row of `rows` that could not be computed.
    std::function<void(const Rows& rows, const Trouble& trouble)> on_trouble;
};

/// One thread. process() and on_time() in the order of the rows; save() between them. load() is for
/// a new operator of the same step, before anything else.
class Operator {
  public:
    virtual ~Operator() = default;
    virtual void process(Rows rows, std::vector<Rows>& out) = 0;
    /// No later row has a ROWTIME before `bound`.
    virtual void on_time(std::int64_t bound, std::vector<Rows>& out) { (void)bound, (void)out; }
    virtual void save(Writer& writer) const { (void)writer; }
    /// False when the bytes are not this operator's.
    virtual bool load(Reader& reader) { return (void)reader, true; }
};

std::unique_ptr<Operator> make_operator(const sql::streaming::Step& step, const Run& run);

/// Reports the troubles, and gives the selection without their rows.
Selection without(const Troubles& troubles, const Rows& rows, Selection selection, const Run& run);

}  // namespace freshet::flow
