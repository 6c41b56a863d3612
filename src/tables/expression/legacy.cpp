#include "tables/expression/legacy.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::tables {
namespace {

Failure invalid(std::string text) {
    return fail(Errc::invalid, "One or more parameter values were invalid: " + text);
}

struct Comparison {
    std::string_view name;
    Test test;
    std::size_t operands_min, operands_max;
    bool is_negated = false;
};
constexpr Comparison comparisons[] = {{"EQ", Test::equal, 1, 1},
                                      {"NE", Test::not_equal, 1, 1},
                                      {"LT", Test::less, 1, 1},
                                      {"LE", Test::less_equal, 1, 1},
                                      {"GT", Test::greater, 1, 1},
                                      {"GE", Test::greater_equal, 1, 1},
                                      {"NOT_NULL", Test::exists, 0, 0},
                                      {"NULL", Test::not_exists, 0, 0},
                                      {"CONTAINS", Test::contains, 1, 1},
                                      {"NOT_CONTAINS", Test::contains, 1, 1, true},
                                      {"BEGINS_WITH", Test::begins_with, 1, 1},
                                      {"IN", Test::in, 1, 100},
                                      {"BETWEEN", Test::between, 2, 2}};

bool has_order(const Value& value) {
    return value.as<std::string>() || value.as<Decimal>() || value.as<Binary>();
}

Result<Condition> compared(const Demand& demand) {
    const auto* found = std::ranges::find(comparisons, demand.comparison, &Comparison::name);
    if (found == std::end(comparisons))
        return invalid("Invalid ComparisonOperator: " + demand.comparison);
    const std::size_t count = demand.operands.size();
    if (count < found->operands_min || count > found->operands_max)
        return invalid(fmt::format("Invalid number of argument(s) for the {} ComparisonOperator",
                                   found->name));
    const bool wants_order = found->test != Test::equal && found->test != Test::not_equal;
    for (const Value& one : demand.operands)
        if (wants_order && !has_order(one))
            return invalid(
                fmt::format("ComparisonOperator {} is not valid for {} AttributeValue type",
                            found->name, code_of(one.kind())));
    Condition made{found->test};
    made.operands.push_back({path_to(demand.attribute)});
    for (const Value& one : demand.operands) made.operands.push_back({one});
    if (!found->is_negated) return made;
    Condition negated{Test::none_of}, both{Test::all_of};
    negated.parts.push_back(std::move(made));
    both.parts.push_back({Test::exists, {{path_to(demand.attribute)}}, {}});
    both.parts.push_back(std::move(negated));
    return both;
}

Result<Condition> condition_of_one(const Demand& demand) {
    if (!demand.comparison.empty()) {
        if (demand.value && !demand.operands.empty())
            return invalid(fmt::format(
                "Value and AttributeValueList cannot be used together for Attribute: {}",
                demand.attribute));
        if (demand.exists)
            return invalid(fmt::format(
                "Exists and ComparisonOperator cannot be used together for Attribute: {}",
                demand.attribute));
        Demand given = demand;
        if (given.value) given.operands = {*given.value};
        return compared(given);
    }
    if (!demand.operands.empty())
        return invalid(fmt::format(
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: {}",
            demand.attribute));
    const bool must_exist = demand.exists.value_or(true);
    if (!must_exist && demand.value)
        return invalid(
            fmt::format("Value cannot be used when Exists is set to false for Attribute: {}",
                        demand.attribute));
    if (must_exist && !demand.value)
        return invalid(fmt::format("Value must be provided when Exists is {} for Attribute: {}",
                                   demand.exists ? "set to true" : "null", demand.attribute));
    Condition made{must_exist ? Test::equal : Test::not_exists};
    made.operands.push_back({path_to(demand.attribute)});
    if (must_exist) made.operands.push_back({*demand.value});
    return made;
}

bool is_set(const Value& value) {
    return value.as<StringSet>() || value.as<NumberSet>() || value.as<BinarySet>();
}

}  // namespace

Result<Condition> condition_of(const std::vector<Demand>& demands, bool is_any) {
    Condition all{is_any ? Test::any_of : Test::all_of};
    for (const Demand& demand : demands) {
        auto one = condition_of_one(demand);
        if (!one) return one;
        all.parts.push_back(std::move(*one));
    }
    return all;
}

Result<Update> update_of(const std::vector<Change>& changes) {
    Update update;
    for (const Change& change : changes) {
        Action action{Verb::set, path_to(change.attribute)};
        if (change.value) action.term.value = *change.value;
        if (change.action == "DELETE") {
            action.verb = change.value ? Verb::subtract : Verb::remove;
            if (change.value && !is_set(*change.value))
                return invalid(
                    fmt::format("DELETE action with value is not supported for the type {}",
                                code_of(change.value->kind())));
        } else if (!change.value) {
            return invalid(
                fmt::format("Only DELETE action is allowed when no attribute value is specified"));
        } else if (change.action == "ADD") {
            action.verb = Verb::add;
            if (!is_set(*change.value) && !change.value->as<Decimal>() && !change.value->as<List>())
                return invalid(fmt::format("ADD action is not supported for the type {}",
                                           code_of(change.value->kind())));
        }
        update.push_back(std::move(action));
    }
    return update;
}

}  // namespace freshet::tables
