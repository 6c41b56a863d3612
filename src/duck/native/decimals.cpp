// Decimal * / % and avg, exact in 128 bits, by Trino's rules of scale (the result's type is set by
// a CAST around).
#include <algorithm>

#include <duckdb/planner/expression/bound_function_expression.hpp>
#include "duck/native/adapter.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

enum class Operation { multiply, divide, modulo };

struct Scales : duckdb::FunctionData {
    Operation operation = Operation::multiply;
    int left = 0, right = 0, result = 0;
    duckdb::unique_ptr<duckdb::FunctionData> Copy() const override {
        return duckdb::make_uniq<Scales>(*this);
    }
    bool Equals(const duckdb::FunctionData& other) const override {
        const auto& o = other.Cast<Scales>();
        return operation == o.operation && left == o.left && right == o.right;
    }
};

using Wide = __int128;

Wide to_wide(duckdb::hugeint_t value) {
    return (static_cast<Wide>(value.upper) << 64) | static_cast<Wide>(value.lower);
}
duckdb::hugeint_t from_wide(Wide value) {
    duckdb::hugeint_t made;
    made.upper = static_cast<std::int64_t>(value >> 64);
    made.lower = static_cast<std::uint64_t>(value);
    return made;
}

[[noreturn]] void overflow() {
    raise(sql::ErrorCode::numeric_value_out_of_range, "Decimal overflow");
}

Wide shifted(Wide value, int places) {
    for (int i = 0; i < places; ++i) {
        if (__builtin_mul_overflow(value, Wide(10), &value)) overflow();
    }
    return value;
}

/// a * 10^places / b, half up, away from zero; digit by digit, so that the shift cannot overflow.
Wide divided(Wide a, int places, Wide b) {
    if (b == 0) raise(sql::ErrorCode::division_by_zero, "Division by zero");
    const bool is_negative = (a < 0) != (b < 0);
    const Wide x = a < 0 ? -a : a, y = b < 0 ? -b : b;
    Wide quotient = x / y, rest = x % y;
    for (int i = 0; i < places; ++i) {
        if (__builtin_mul_overflow(quotient, Wide(10), &quotient) ||
            __builtin_mul_overflow(rest, Wide(10), &rest))
            overflow();
        quotient += rest / y;
        rest %= y;
    }
    if (rest >= y - rest) ++quotient;
    return is_negative ? -quotient : quotient;
}

Wide computed(const Scales& scales, Wide a, Wide b) {
    if (scales.operation == Operation::multiply) {
        if (__builtin_mul_overflow(a, b, &a)) overflow();
        return a;
    }
    if (scales.operation == Operation::divide)
        return divided(a, scales.result - scales.left + scales.right, b);
    const Wide x = shifted(a, scales.result - scales.left),
               y = shifted(b, scales.result - scales.right);
    if (y == 0) raise(sql::ErrorCode::division_by_zero, "Division by zero");
    return x % y;
}

Wide largest() { return shifted(1, 38); }

template <Operation operation>
duckdb::unique_ptr<duckdb::FunctionData> bind(
    duckdb::ClientContext&, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    auto scales = duckdb::make_uniq<Scales>();
    scales->operation = operation;
    scales->left = duckdb::DecimalType::GetScale(arguments[0]->return_type);
    scales->right = duckdb::DecimalType::GetScale(arguments[1]->return_type);
    scales->result = operation == Operation::multiply ? scales->left + scales->right
                                                      : std::max(scales->left, scales->right);
    function.arguments[0] =
        duckdb::LogicalType::DECIMAL(38, static_cast<std::uint8_t>(scales->left));
    function.arguments[1] =
        duckdb::LogicalType::DECIMAL(38, static_cast<std::uint8_t>(scales->right));
    function.SetReturnType(
        duckdb::LogicalType::DECIMAL(38, static_cast<std::uint8_t>(scales->result)));
    return scales;
}

void run(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
    const auto& scales =
        state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<Scales>();
    duckdb::BinaryExecutor::Execute<duckdb::hugeint_t, duckdb::hugeint_t, duckdb::hugeint_t>(
        arguments.data[0], arguments.data[1], result, arguments.size(),
        [&](duckdb::hugeint_t a, duckdb::hugeint_t b) {
            const Wide value = computed(scales, to_wide(a), to_wide(b));
            if (value >= largest() || value <= -largest()) overflow();
            return from_wide(value);
        });
}

template <Operation operation>
void add(duckdb::ExtensionLoader& loader, const char* name) {
    duckdb::ScalarFunction made(name,
                                {duckdb::LogicalTypeId::DECIMAL, duckdb::LogicalTypeId::DECIMAL},
                                duckdb::LogicalTypeId::DECIMAL, run, bind<operation>);
    made.SetFallible();
    loader.RegisterFunction(std::move(made));
}

/// avg(): exact, by the scale of its argument, half up.
struct Average {
    duckdb::hugeint_t sum;
    std::int64_t count;
};

struct AverageOperation {
    template <class State>
    static void Initialize(State& state) {
        state.sum = 0;
        state.count = 0;
    }
    template <class Input, class State, class Self>
    static void Operation(State& state, const Input& input, duckdb::AggregateUnaryInput&) {
        put(state, to_wide(input), 1);
    }
    template <class Input, class State, class Self>
    static void ConstantOperation(State& state, const Input& input, duckdb::AggregateUnaryInput&,
                                  duckdb::idx_t count) {
        Wide product = 0;
        if (__builtin_mul_overflow(to_wide(input), static_cast<Wide>(count), &product)) overflow();
        put(state, product, static_cast<std::int64_t>(count));
    }
    template <class State, class Self>
    static void Combine(const State& from, State& into, duckdb::AggregateInputData&) {
        put(into, to_wide(from.sum), from.count);
    }
    template <class Result, class State>
    static void Finalize(State& state, Result& result, duckdb::AggregateFinalizeData& data) {
        if (state.count == 0) {
            data.ReturnNull();
        } else {
            result = from_wide(divided(to_wide(state.sum), 0, state.count));
        }
    }
    static bool IgnoreNull() { return true; }

  private:
    static void put(Average& state, Wide more, std::int64_t count) {
        Wide sum = 0;
        if (__builtin_add_overflow(to_wide(state.sum), more, &sum)) overflow();
        state.sum = from_wide(sum);
        state.count += count;
    }
};

duckdb::unique_ptr<duckdb::FunctionData> bind_average(
    duckdb::ClientContext&, duckdb::AggregateFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    const auto type =
        duckdb::LogicalType::DECIMAL(38, duckdb::DecimalType::GetScale(arguments[0]->return_type));
    function.arguments[0] = type;
    function.SetReturnType(type);
    return nullptr;
}

void add_average(duckdb::ExtensionLoader& loader) {
    auto made = duckdb::AggregateFunction::UnaryAggregate<Average, duckdb::hugeint_t,
                                                          duckdb::hugeint_t, AverageOperation>(
        duckdb::LogicalTypeId::DECIMAL, duckdb::LogicalTypeId::DECIMAL);
    made.name = "tr_decimal_avg";
    made.SetBindCallback(bind_average);
    loader.RegisterFunction(std::move(made));
}

/// At `places` decimals, half up or cut; more places than the scale has change nothing.
template <bool rounds>
Wide placed(Wide value, int scale, std::int64_t places) {
    if (places >= scale) return value;
    const std::int64_t drop = scale - places;
    if (drop > 38) return 0;
    const Wide unit = shifted(1, static_cast<int>(std::min<std::int64_t>(drop, 38)));
    const Wide rest = value % unit;
    Wide made = value - rest;
    const Wide size = rest < 0 ? -rest : rest;
    if (rounds && size >= unit - size) {
        if (__builtin_add_overflow(made, value < 0 ? -unit : unit, &made)) overflow();
    }
    return made;
}

duckdb::unique_ptr<duckdb::FunctionData> bind_places(
    duckdb::ClientContext&, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    auto scales = duckdb::make_uniq<Scales>();
    scales->left = duckdb::DecimalType::GetScale(arguments[0]->return_type);
    const auto type = duckdb::LogicalType::DECIMAL(38, static_cast<std::uint8_t>(scales->left));
    function.arguments[0] = type;
    function.SetReturnType(type);
    return scales;
}

template <bool rounds>
void add_places(duckdb::ExtensionLoader& loader, const char* name) {
    duckdb::ScalarFunction made(
        name, {duckdb::LogicalTypeId::DECIMAL, duckdb::LogicalTypeId::BIGINT},
        duckdb::LogicalTypeId::DECIMAL,
        [](duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
            const int scale =
                state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<Scales>().left;
            duckdb::BinaryExecutor::Execute<duckdb::hugeint_t, std::int64_t, duckdb::hugeint_t>(
                arguments.data[0], arguments.data[1], result, arguments.size(),
                [&](duckdb::hugeint_t value, std::int64_t places) {
                    const Wide made = placed<rounds>(to_wide(value), scale, places);
                    if (made >= largest() || made <= -largest()) overflow();
                    return from_wide(made);
                });
        },
        bind_places);
    made.SetFallible();
    loader.RegisterFunction(std::move(made));
}

}  // namespace

void add_decimals(duckdb::ExtensionLoader& loader) {
    add<Operation::multiply>(loader, "tr_decimal_mul");
    add<Operation::divide>(loader, "tr_decimal_div");
    add<Operation::modulo>(loader, "tr_decimal_mod");
    add_places<true>(loader, "tr_decimal_round");
    add_places<false>(loader, "tr_decimal_truncate");
    add_average(loader);
}

}  // namespace freshet::duck
