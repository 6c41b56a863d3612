#include "flow/operators/columns_read.h"

#include <algorithm>

namespace freshet::flow {

using record::Kind;
using sql::streaming::Function;
using sql::streaming::Op;
using sql::streaming::Step;
using sql::streaming::StepKind;
using sql::streaming::Typed;

namespace {

/// Whether the operation itself gives a value for every row. In doubt it does not.
bool is_total(const Typed& expr) {
    switch (expr.op) {
        case Op::constant:
        case Op::column:
        case Op::rowtime:
        case Op::started:
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
        case Op::is_distinct:
        case Op::and_:
        case Op::or_:
        case Op::not_:
        case Op::is_null:
        case Op::is_true:
        case Op::is_false:
        case Op::in_list:
        case Op::between:
        case Op::case_when:
        case Op::case_of:
        case Op::like:
            return true;
        case Op::call:
            return expr.function == Function::step_time || expr.function == Function::floor_time ||
                   expr.function == Function::ceil_time || expr.function == Function::extract;
        case Op::cast:  // a text that fits in any case
            return expr.type.kind == Kind::varchar && expr.args[0].type.kind == Kind::varchar &&
                   expr.type.size >= expr.args[0].type.size;
        case Op::negate:
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::concat:
        case Op::chain:
            return false;
    }
    return false;
}

/// The columns that expressions over rows of the input name.
class Reads {
  public:
    explicit Reads(std::size_t columns) : read_(columns) {}

    void add(const Typed& expr) {
        if (!is_total(expr)) return add_all();
        if (expr.op == Op::column) read_[expr.column] = true;
        for (const Typed& arg : expr.args) add(arg);
    }
    void add(const Step& step) {
        if (step.kind == StepKind::top_k) {
            read_[step.column] = true;
            return;
        }
        for (const Typed& expr : step.exprs) add(expr);
        for (const auto& aggregate : step.aggregates) {
            if (aggregate.argument) add(*aggregate.argument);
        }
        const bool checks_nulls = step.kind == StepKind::project &&
                                  std::ranges::any_of(step.output, &record::Column::not_null);
        if (checks_nulls || step.rowtime) add_all();
    }
    const std::vector<bool>& columns() const { return read_; }

  private:
    void add_all() { read_.assign(read_.size(), true); }

    std::vector<bool> read_;
};

}  // namespace

std::vector<bool> columns_read(const sql::streaming::Plan& plan, std::size_t input) {
    Reads reads(plan.streams[input].columns.size() + sql::streaming::source_columns().size());
    for (const auto& pump : plan.pumps) {
        if (pump.is_stopped || pump.source != input) continue;
        for (const Step& step : pump.steps) {
            reads.add(step);
            if (step.kind != StepKind::filter) break;  // what follows reads the step's own rows
        }
    }
    return reads.columns();
}

}  // namespace freshet::flow
