// The select list, and the columns of a pump's target with their NOT NULL.
#pragma once
#include "flow/operators/operator.h"

namespace freshet::flow {

class Project final : public Operator {
  public:
    Project(const sql::streaming::Step& step, const Run& run) : step_(step), run_(run) {}
    void process(Rows rows, std::vector<Rows>& out) override;
    void save(Writer& writer) const override { writer.integer(last_rowtime_); }
    bool load(Reader& reader) override {
        return last_rowtime_ = reader.integer(), !reader.is_bad();
    }

  private:
    /// expr AS ROWTIME: may not go back.
    void set_rowtimes(const Rows& rows, Rows& made, Troubles& troubles);
    const sql::streaming::Step& step_;
    const Run& run_;
    std::int64_t last_rowtime_ = INT64_MIN;
};

}  // namespace freshet::flow
