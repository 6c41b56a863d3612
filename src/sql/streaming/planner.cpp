#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "sql/streaming/binder.h"
#include "sql/streaming/typed.h"

namespace freshet::sql::streaming {
namespace {

using record::Kind;
using record::Type;

constexpr std::int64_t top_k_max = 100'000;
constexpr std::int64_t window_s_max = 3600;
constexpr std::int64_t divisor_max = 1'000'000;  ///< of the time since an instant, in a key

/// A query's steps and what comes out of them.
struct Chain {
    std::size_t source = 0;
    std::vector<Step> steps;
    Scope scope;
};

std::optional<IntervalValue> width_of_unit(const std::string& unit) {
    if (unit == "SECOND") return IntervalValue{1000, 0};
    if (unit == "MINUTE") return IntervalValue{60'000, 0};
    if (unit == "HOUR") return IntervalValue{3'600'000, 0};
    if (unit == "DAY") return IntervalValue{86'400'000, 0};
    if (unit == "MONTH") return IntervalValue{0, 1};
    if (unit == "YEAR") return IntervalValue{0, 12};
    return std::nullopt;
}

/// The first operand of `key`, when all after it are constants under one of `ops`.
const Typed* varied_by(const Typed& key, std::initializer_list<Op> ops) {
    const auto allowed = [&](Op op) { return std::ranges::find(ops, op) != ops.end(); };
    const bool is_known = key.op == Op::chain
                              ? std::ranges::all_of(key.links, allowed, &TypedLink::op)
                              : key.args.size() == 2 && allowed(key.op);
    if (!is_known) return nullptr;
    for (std::size_t i = 1; i < key.args.size(); ++i) {
        if (key.args[i].op != Op::constant) return nullptr;
    }
    return &key.args[0];
}

/// FLOOR((ROWTIME - instant) / n TO unit): n units wide, from the instant on.
std::optional<TimeKey> key_of_elapsed(const Typed& floor) {
    auto width = width_of_unit(floor.unit);
    const Typed* elapsed = &floor.args[0];
    while (const Typed* inner = varied_by(*elapsed, {Op::divide})) {
        for (std::size_t i = 1; i < elapsed->args.size() && width; ++i) {
            const Typed& by = elapsed->args[i];
            const bool is_whole = record::is_integer(by.type.kind) && !by.is_null &&
                                  by.integer > 0 && by.integer <= divisor_max;
            if (!is_whole || width->ms > INT64_MAX / divisor_max) return std::nullopt;
            width->ms *= by.integer;
        }
        elapsed = inner;
    }
    const bool is_since = elapsed->op == Op::subtract && elapsed->args[0].op == Op::rowtime &&
                          elapsed->args[1].op == Op::constant && !elapsed->args[1].is_null;
    if (!width || width->ms == 0 || !is_since) return std::nullopt;
    return TimeKey{0, *width, elapsed->args[1].integer};
}

/// When the value of a monotonic key changes; nothing when it is none.
std::optional<TimeKey> time_key_of(const Typed& key) {
    if (const Typed* inner = varied_by(key, {Op::add, Op::subtract})) return time_key_of(*inner);
    if (key.op != Op::call) return std::nullopt;
    if (key.function == Function::floor_time && key.type.kind == Kind::interval)
        return key_of_elapsed(key);
    if (key.args[0].op != Op::rowtime) return std::nullopt;
    if (key.function == Function::step_time) return TimeKey{0, key.interval, 0};
    if (key.function != Function::floor_time) return std::nullopt;
    const auto width = width_of_unit(key.unit);
    return width ? std::optional(TimeKey{0, *width, 0}) : std::nullopt;
}

class Planner {
  public:
    Planner(const Script& script, const std::vector<Stream>& inputs) : script_(script) {
        plan_.streams = inputs;
    }

    Checked<Plan> run() {
        for (const CreateStream& stream : script_.streams) {
            if (find_stream(stream.name))
                return wrong(stream.at, fmt::format("the stream '{}' is made twice", stream.name));
            if (stream.name == "error_stream" || stream.name == "ERROR_STREAM")
                return wrong(stream.at, "error_stream is made by the service");
            plan_.streams.push_back({stream.name, stream.columns, false});
        }
        std::set<std::string> names;
        for (const CreatePump& pump : script_.pumps) {
            if (!names.insert(pump.name).second)
                return wrong(pump.at, fmt::format("the pump '{}' is made twice", pump.name));
            if (auto planned = plan_pump(pump); !planned) return pass(planned);
        }
        if (auto sorted = sort_pumps(); !sorted) return pass(sorted);
        return std::move(plan_);
    }

  private:
    std::optional<std::size_t> find_stream(const std::string& name) const {
        const auto found = std::ranges::find(plan_.streams, name, &Stream::name);
        if (found == plan_.streams.end()) return std::nullopt;
        return static_cast<std::size_t>(found - plan_.streams.begin());
    }

    std::unexpected<CodeError> no_stream(Position at, const std::string& name) const {
        std::string names;
        for (const Stream& stream : plan_.streams)
            names += (names.empty() ? "" : ", ") + stream.name;
        return wrong(at, fmt::format("stream '{}' not found; there is {}", name,
                                     names.empty() ? "none" : names));
    }

    Checked<> plan_pump(const CreatePump& pump) {
        const auto target = find_stream(pump.target);
        if (!target) return no_stream(pump.target_at, pump.target);
        if (plan_.streams[*target].is_input)
            return wrong(pump.target_at,
                         fmt::format("'{}' is an input; a pump cannot write to it", pump.target));
        auto chain = plan_select(*pump.query);
        if (!chain) return pass(chain);
        auto insert = insert_step(pump, plan_.streams[*target], chain->scope);
        if (!insert) return pass(insert);
        chain->steps.push_back(std::move(*insert));
        plan_.pumps.push_back(
            {pump.name, chain->source, *target, pump.is_stopped, std::move(chain->steps)});
        pump_at_.push_back(pump.at);
        return {};
    }

    /// The rows of the query as the target's columns.
    Checked<Step> insert_step(const CreatePump& pump, const Stream& target, const Scope& scope) {
        std::vector<std::string> columns = pump.columns;
        if (columns.empty()) {
            for (const record::Column& column : target.columns) columns.push_back(column.name);
        }
        if (columns.size() != scope.visible)
            return wrong(pump.query->at, fmt::format("the query gives {} columns, '{}' takes {}",
                                                     scope.visible, pump.target, columns.size()));
        Step step;
        step.kind = StepKind::project;
        step.output = target.columns;
        for (const record::Column& column : target.columns) {
            Typed null;
            null.is_null = true;
            step.exprs.push_back(coerced(std::move(null), column.type));
        }
        std::set<std::string> seen;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto found = std::ranges::find(target.columns, columns[i], &record::Column::name);
            if (found == target.columns.end())
                return wrong(pump.target_at,
                             fmt::format("'{}' has no column '{}'", pump.target, columns[i]));
            if (!seen.insert(columns[i]).second)
                return wrong(pump.target_at, fmt::format("column '{}' is named twice", columns[i]));
            if (!is_assignable(scope.columns[i].type, found->type))
                return wrong(pump.query->at,
                             fmt::format("column {} of the query is {}, '{}' is {}; CAST it", i + 1,
                                         to_string(scope.columns[i].type), found->name,
                                         to_string(found->type)));
            Typed value = node(Op::column, scope.columns[i].type, pump.query->at, {});
            value.column = i;
            if (value.type.kind == Kind::null) {
                value = Typed();
                value.is_null = true;
            }
            step.exprs[static_cast<std::size_t>(found - target.columns.begin())] =
                coerced(std::move(value), found->type);
        }
        return step;
    }

    Checked<Chain> plan_from(const From& from) {
        Chain chain;
        if (from.kind == FromKind::stream) {
            const auto source = find_stream(from.name);
            if (!source) return no_stream(from.at, from.name);
            const Stream& stream = plan_.streams[*source];
            chain.source = *source;
            chain.scope = {from.alias.empty() ? from.name : from.alias, stream.columns,
                           stream.columns.size()};
            if (stream.is_input)
                chain.scope.columns.insert(chain.scope.columns.end(), source_columns().begin(),
                                           source_columns().end());
        } else {
            auto inner =
                from.kind == FromKind::subquery ? plan_select(*from.query) : plan_function(from);
            if (!inner) return inner;
            chain = std::move(*inner);
            chain.scope.name = from.alias;
        }
        if (from.columns.empty()) return chain;
        if (from.columns.size() != chain.scope.visible)
            return wrong(from.at, fmt::format("{} columns are named, there are {}",
                                              from.columns.size(), chain.scope.visible));
        for (std::size_t i = 0; i < from.columns.size(); ++i)
            chain.scope.columns[i].name = from.columns[i];
        return chain;
    }

    Checked<Chain> plan_function(const From& from) {
        if (from.name != "TOP_K_ITEMS_TUMBLING")
            return wrong(from.at, fmt::format("Freshet does not build the function {} in FROM; it "
                                              "builds TOP_K_ITEMS_TUMBLING",
                                              from.name));
        auto chain = plan_select(*from.query);
        if (!chain) return chain;
        if (from.args.size() != 3 || from.args[0]->kind != ExprKind::text)
            return wrong(from.at,
                         "TOP_K_ITEMS_TUMBLING takes CURSOR(SELECT STREAM ...), the column in "
                         "single quotes, the number of items, and the window in seconds");
        const auto& columns = chain->scope.columns;
        const auto found = std::ranges::find(columns, from.args[0]->text, &record::Column::name);
        if (found == columns.end())
            return wrong(from.args[0]->at,
                         fmt::format("the cursor gives no column '{}'", from.args[0]->text));
        Step step;
        step.kind = StepKind::top_k;
        step.column = static_cast<std::size_t>(found - columns.begin());
        const std::int64_t limits[] = {top_k_max, window_s_max};
        for (std::size_t i = 1; i < 3; ++i) {
            auto number = Binder(Scope()).bind(*from.args[i]);
            if (!number) return pass(number);
            if (number->op != Op::constant || !record::is_integer(number->type.kind) ||
                number->integer < 1 || number->integer > limits[i - 1])
                return wrong(from.args[i]->at,
                             fmt::format("{} is a whole number from 1 to {}",
                                         i == 1 ? "the number of items" : "the window in seconds",
                                         limits[i - 1]));
            (i == 1 ? step.k : step.window_ms) = i == 1 ? number->integer : number->integer * 1000;
        }
        const int size = record::is_text(found->type.kind) ? found->type.size : 1024;
        step.output = {{"ITEM", {Kind::varchar, size, 0}, false, ""},
                       {"ITEM_COUNT", bigint_type, false, ""}};
        chain->scope = {"", step.output, 2};
        chain->steps.push_back(std::move(step));
        return chain;
    }

    Checked<Chain> plan_select(const Select& select) {
        auto chain = plan_from(select.from);
        if (!chain) return chain;
        if (select.where) {
            auto condition = Binder(chain->scope).condition(*select.where);
            if (!condition) return pass(condition);
            Step step;
            step.exprs.push_back(coerced(std::move(*condition), boolean_type));
            step.output = chain->scope.columns;
            chain->steps.push_back(std::move(step));
        }
        if (!select.group_by.empty()) return plan_grouped(select, std::move(*chain));
        if (select.having) return wrong(select.having->at, "HAVING follows GROUP BY");
        for (const Item& item : select.items) {
            if (item.expr && item.expr->kind == ExprKind::call && is_aggregate(item.expr->text))
                return wrong(
                    item.at,
                    "an aggregate on a stream needs GROUP BY with STEP or FLOOR of ROWTIME");
        }
        Binder binder(chain->scope);
        auto step = project(select, chain->scope, binder);
        if (!step) return pass(step);
        return finish(std::move(*chain), std::move(*step));
    }

    static Chain finish(Chain chain, Step step) {
        chain.scope = {"", step.output, step.output.size()};
        chain.steps.push_back(std::move(step));
        return chain;
    }

    Checked<Chain> plan_grouped(const Select& select, Chain chain) {
        Grouping grouping;
        Step step;
        step.kind = StepKind::aggregate;
        Binder plain(chain.scope);
        for (const ExprPtr& expr : select.group_by) {
            auto key = plain.bind(*expr);
            if (!key) return pass(key);
            if (auto time_key = time_key_of(*key)) {
                time_key->key = grouping.keys.size();
                step.time_keys.push_back(*time_key);
            }
            grouping.keys.push_back(std::move(*key));
        }
        if (step.time_keys.empty())
            return wrong(
                select.group_by[0]->at,
                "GROUP BY on a stream needs a key that moves with time: STEP(stream.ROWTIME BY "
                "INTERVAL '60' SECOND) or FLOOR(stream.ROWTIME TO MINUTE)");
        Binder binder(chain.scope, &grouping);
        std::optional<Typed> having;
        if (select.having) {
            auto condition = binder.condition(*select.having);
            if (!condition) return pass(condition);
            having = coerced(std::move(*condition), boolean_type);
        }
        auto last = project(select, chain.scope, binder);
        if (!last) return pass(last);
        for (const Typed& key : grouping.keys) step.output.push_back({"", key.type, false, ""});
        for (const Aggregate& aggregate : grouping.aggregates)
            step.output.push_back({"", aggregate.type, false, ""});
        step.exprs = std::move(grouping.keys);
        step.aggregates = std::move(grouping.aggregates);
        const auto output = step.output;
        chain.steps.push_back(std::move(step));
        if (having) {
            Step filter;
            filter.exprs.push_back(std::move(*having));
            filter.output = output;
            chain.steps.push_back(std::move(filter));
        }
        return finish(std::move(chain), std::move(*last));
    }

    Checked<Step> project(const Select& select, const Scope& scope, const Binder& binder) {
        Step step;
        step.kind = StepKind::project;
        for (const Item& item : select.items) {
            if (!item.expr) {
                if (!item.star_of.empty() && item.star_of != scope.name)
                    return wrong(item.at,
                                 fmt::format("'{}' is not a stream of this query", item.star_of));
                if (!select.group_by.empty())
                    return wrong(item.at, "'*' does not go with GROUP BY");
                for (std::size_t i = 0; i < scope.visible; ++i) {
                    Typed column = node(Op::column, scope.columns[i].type, item.at, {});
                    column.column = i;
                    step.exprs.push_back(std::move(column));
                    step.output.push_back(
                        {scope.columns[i].name, scope.columns[i].type, false, ""});
                }
                continue;
            }
            auto bound = binder.bind(*item.expr);
            if (!bound) return pass(bound);
            if (item.alias == "ROWTIME") {
                if (bound->type.kind != Kind::timestamp)
                    return wrong(item.at, fmt::format("ROWTIME is a TIMESTAMP, this is {}",
                                                      to_string(bound->type)));
                step.rowtime = std::move(*bound);
                continue;
            }
            if (bound->type.kind == Kind::interval)
                return wrong(item.at, "an INTERVAL cannot be a column; CAST it to BIGINT");
            std::string name = item.alias;
            if (name.empty())
                name = item.expr->kind == ExprKind::column
                           ? item.expr->path.back()
                           : fmt::format("EXPR${}", step.exprs.size());
            step.output.push_back({std::move(name), bound->type, false, ""});
            step.exprs.push_back(std::move(*bound));
        }
        if (step.exprs.empty()) return wrong(select.at, "the query gives no columns");
        return step;
    }

    /// A pump after those that fill what it reads.
    Checked<> sort_pumps() {
        std::vector<Pump> sorted;
        std::vector<bool> done(plan_.pumps.size());
        while (sorted.size() < plan_.pumps.size()) {
            const std::size_t before = sorted.size();
            for (std::size_t i = 0; i < plan_.pumps.size(); ++i) {
                if (done[i]) continue;
                bool waits = false;
                for (std::size_t k = 0; k < plan_.pumps.size(); ++k)
                    waits |= !done[k] && plan_.pumps[k].target == plan_.pumps[i].source;
                if (waits) continue;
                done[i] = true;
                sorted.push_back(plan_.pumps[i]);
            }
            if (sorted.size() > before) continue;
            const auto first =
                static_cast<std::size_t>(std::ranges::find(done, false) - done.begin());
            return wrong(pump_at_[first], fmt::format("the pump '{}' is in a circle of pumps",
                                                      plan_.pumps[first].name));
        }
        plan_.pumps = std::move(sorted);
        return {};
    }

    const Script& script_;
    Plan plan_;
    std::vector<Position> pump_at_;
};

}  // namespace

const std::vector<record::Column>& source_columns() {
    static const std::vector<record::Column> columns{
        {"APPROXIMATE_ARRIVAL_TIME", timestamp_type, false, ""},
        {"SHARD_ID", {Kind::varchar, 64, 0}, false, ""},
        {"PARTITION_KEY", {Kind::varchar, 256, 0}, false, ""},
        {"SEQUENCE_NUMBER", {Kind::varchar, 128, 0}, false, ""}};
    return columns;
}

Checked<Plan> plan_script(const Script& script, const std::vector<Stream>& inputs) {
    return Planner(script, inputs).run();
}

namespace {

const std::string& source_of(const Select& select) {
    const From* from = &select.from;
    while (from->query) from = &from->query->from;
    return from->name;
}

/// "SOURCE_SQL_STREAM_001"
bool may_be_input(std::string_view name) {
    if (name.size() < 5 || name[name.size() - 4] != '_') return false;
    return std::ranges::all_of(name.substr(name.size() - 3),
                               [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Checked<> check_script(Script script) {
    const auto is_made = [&](const std::string& name) {
        return std::ranges::find(script.streams, name, &CreateStream::name) != script.streams.end();
    };
    std::erase_if(script.pumps, [&](const CreatePump& pump) {
        const std::string& source = source_of(*pump.query);
        return may_be_input(source) && !is_made(source) && is_made(pump.target);
    });
    auto plan = plan_script(script, {});
    if (!plan) return pass(plan);
    return {};
}

}  // namespace freshet::sql::streaming
