// WHERE and HAVING.
#pragma once
#include "flow/operators/operator.h"

namespace freshet::flow {

class Filter final : public Operator {
  public:
    Filter(const sql::streaming::Step& step, const Run& run) : step_(step), run_(run) {}
    void process(Rows rows, std::vector<Rows>& out) override;

  private:
    const sql::streaming::Step& step_;
    const Run& run_;
};

}  // namespace freshet::flow
