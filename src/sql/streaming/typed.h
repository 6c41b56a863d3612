// The program that a script means: streams, and for each pump a chain of steps over typed
// expressions. Immutable; the streaming engine (flow/) runs it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/schema.h"
#include "sql/streaming/tree.h"

namespace freshet::sql::streaming {

enum class Op {
    constant,
    column,   ///< `column` of the step's input
    rowtime,  ///< the row's ROWTIME
    started,  ///< CURRENT_TIMESTAMP and its kin: when the application started, as `type`
    negate,
    add,
    subtract,
    multiply,
    divide,
    concat,
    chain,  ///< `links` over `args`, from the left
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    is_distinct,
    and_,
    or_,
    not_,
    is_null,
    is_true,
    is_false,
    in_list,    ///< value, then the list, all of one type
    between,    ///< value, low, high, all of one type
    case_when,  ///< condition, value, ..., else
    case_of,    ///< operand, when, value, ..., else; operand and whens of one type
    cast,
    like,  ///< value; `pattern`; `is_similar`
    call   ///< `function`
};

enum class Function {
    abs,
    ceil,
    exp,
    floor,
    ln,
    log10,
    mod,
    power,
    sqrt,
    step_number,  ///< number, number
    step_time,    ///< datetime; `interval`
    floor_time,
    ceil_time,
    extract,  ///< `unit`
    char_length,
    initcap,
    lower,
    upper,
    trim,
    position,
    overlay,
    substring,
    substring_from,
    regex_replace,
    coalesce,
    null_if,
    char_to_timestamp,
    char_to_date,
    char_to_time,
    time_to_char,
    to_timestamp,
    unix_timestamp,
    tsdiff
};

/// One step of a chain: the operator, and the type of what it gives.
struct TypedLink {
    Op op = Op::add;
    record::Type type;
    bool operator==(const TypedLink& other) const = default;
};

struct Typed {
    Op op = Op::constant;
    record::Type type;
    Position at;
    std::vector<Typed> args;
    std::vector<TypedLink> links;
    std::size_t column = 0;
    Function function = Function::abs;
    IntervalValue interval;
    std::string unit;
    std::string pattern;  ///< LIKE: as written; SIMILAR: likewise
    char escape = '\0';
    bool is_similar = false;
    bool is_qualified = false;  ///< of rowtime: alias.ROWTIME
    bool is_null = false;       ///< of constant
    std::int64_t integer = 0;   ///< of constant
    double real = 0;            ///< of constant
    std::string text;           ///< of constant
    bool operator==(const Typed& other) const;
};

enum class AggregateFunction { count_rows, count, sum, average, minimum, maximum };

struct Aggregate {
    AggregateFunction function = AggregateFunction::count_rows;
    std::optional<Typed> argument;
    record::Type type;
};

/// A group's key that moves with ROWTIME: STEP or FLOOR of it, or FLOOR of the time since an
/// instant. The group ends where the key changes: at each multiple of `width` from `offset_ms`.
struct TimeKey {
    std::size_t key = 0;  ///< in Step::keys
    IntervalValue width;  ///< ms or months
    std::int64_t offset_ms = 0;
};

enum class StepKind { filter, project, aggregate, top_k };

/// Rows in, rows out. The output's columns:
/// filter: the input's; project: `exprs`; aggregate: keys, then aggregates; top_k: ITEM,
/// ITEM_COUNT.
struct Step {
    StepKind kind = StepKind::filter;
    std::vector<Typed> exprs;        ///< filter: one; project: each column; aggregate: the keys
    std::optional<Typed> rowtime;    ///< project: expr AS ROWTIME
    std::vector<TimeKey> time_keys;  ///< aggregate
    std::vector<Aggregate> aggregates;
    std::size_t column = 0;             ///< top_k: whose items
    std::int64_t k = 0, window_ms = 0;  ///< top_k
    std::vector<record::Column> output;
};

struct Pump {
    std::string name;
    std::size_t source = 0;  ///< in Plan::streams
    std::size_t target = 0;
    bool is_stopped = false;
    std::vector<Step> steps;  ///< the last one is a project onto the target's columns
};

struct Stream {
    std::string name;
    std::vector<record::Column> columns;
    bool is_input = false;
};

struct Plan {
    std::vector<Stream>
        streams;  ///< inputs first; an input has the hidden source_columns after its own
    std::vector<Pump> pumps;  ///< in order: a pump comes after those that fill its source
};

/// Hidden columns of an input: APPROXIMATE_ARRIVAL_TIME, SHARD_ID, PARTITION_KEY, SEQUENCE_NUMBER.
const std::vector<record::Column>& source_columns();

/// `inputs`: the schemas of the application's inputs, by stream name.
Checked<Plan> plan_script(const Script& script, const std::vector<Stream>& inputs);

/// What can be judged before there is an input: a pump whose source could still come as one (its
/// name ends as those do, "_001") is judged by its target, everything else as plan_script() does.
Checked<> check_script(Script script);

}  // namespace freshet::sql::streaming
