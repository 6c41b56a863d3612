#include "flow/program.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"
#include "flow/operators/columns_read.h"
#include "record/decode.h"

namespace freshet::flow {
namespace {

using sql::streaming::Op;
using sql::streaming::Typed;

Result<> compile_patterns(const Typed& expr, Patterns& patterns) {
    if (expr.op == Op::like) {
        auto pattern = expr.is_similar ? Pattern::similar(expr.pattern, expr.escape)
                                       : Pattern::like(expr.pattern, expr.escape);
        if (!pattern)
            return fail(Errc::invalid_code,
                        sql::streaming::CodeError{expr.at, pattern.error().message()}.text());
        patterns.emplace(&expr, std::move(*pattern));
    }
    for (const Typed& arg : expr.args) {
        if (auto compiled = compile_patterns(arg, patterns); !compiled) return compiled;
    }
    return {};
}

Result<> compile_patterns(const sql::streaming::Step& step, Patterns& patterns) {
    for (const Typed& expr : step.exprs) {
        if (auto compiled = compile_patterns(expr, patterns); !compiled) return compiled;
    }
    if (step.rowtime) {
        if (auto compiled = compile_patterns(*step.rowtime, patterns); !compiled) return compiled;
    }
    for (const auto& aggregate : step.aggregates) {
        if (!aggregate.argument) continue;
        if (auto compiled = compile_patterns(*aggregate.argument, patterns); !compiled)
            return compiled;
    }
    return {};
}

std::string fingerprint_of(std::string_view code, const std::vector<InputStream>& inputs) {
    std::string text(code);
    for (const InputStream& input : inputs) {
        text += fmt::format("\n{} {} {} {} {}", input.name, input.schema.format.is_json,
                            input.schema.format.row_path, input.schema.format.row_delimiter,
                            input.schema.format.column_delimiter);
        for (const record::Column& column : input.schema.columns)
            text += fmt::format("\n{} {} {}", column.name, to_string(column.type), column.mapping);
    }
    return to_hex(sha256(text));
}

}  // namespace

const std::vector<record::Column>& error_columns() {
    using record::Kind;
    static const std::vector<record::Column> columns{
        {"ERROR_TIME", {Kind::timestamp, 0, 0}, false, ""},
        {"ERROR_LEVEL", {Kind::varchar, 10, 0}, false, ""},
        {"ERROR_NAME", {Kind::varchar, 32, 0}, false, ""},
        {"MESSAGE", {Kind::varchar, 4096, 0}, false, ""},
        {"DATA_ROWTIME", {Kind::timestamp, 0, 0}, false, ""},
        {"DATA_ROW", {Kind::varchar, 49152, 0}, false, ""},
        {"PUMP_NAME", {Kind::varchar, 128, 0}, false, ""}};
    return columns;
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Program::~Program() = default;

Result<std::shared_ptr<const Program>> Program::compile(std::string_view code,
                                                        std::vector<InputStream> inputs) {
    auto script = sql::streaming::parse_script(code);
    if (!script) return fail(Errc::invalid_code, script.error().text());
    std::vector<sql::streaming::Stream> streams;
    for (const InputStream& input : inputs) {
        if (auto decoder = record::make_decoder(input.schema); !decoder)
            return fail(Errc::invalid_code, decoder.error().message());
        streams.push_back({input.name, input.schema.columns, true});
    }
    auto plan = sql::streaming::plan_script(*script, streams);
    if (!plan) return fail(Errc::invalid_code, plan.error().text());
    auto parts = std::make_unique<Parts>();
    parts->fingerprint = fingerprint_of(code, inputs);
    parts->inputs = std::move(inputs);
    parts->plan = std::move(*plan);
    for (std::size_t i = 0; i < parts->inputs.size(); ++i)
        parts->read.push_back(columns_read(parts->plan, i));
    for (const auto& pump : parts->plan.pumps) {
        for (const auto& step : pump.steps) {
            if (auto compiled = compile_patterns(step, parts->patterns); !compiled)
                return pass(compiled);
        }
    }
    return std::shared_ptr<const Program>(new Program(std::move(parts)));
}

Result<> Program::check(std::string_view code) {
    auto script = sql::streaming::parse_script(code);
    if (!script) return fail(Errc::invalid_code, script.error().text());
    if (auto checked = sql::streaming::check_script(std::move(*script)); !checked)
        return fail(Errc::invalid_code, checked.error().text());
    return {};
}

bool Program::reads_sequence_numbers() const {
    // SEQUENCE_NUMBER is the last of the hidden columns.
    return std::ranges::any_of(parts_->read, [](const auto& read) { return read.back(); });
}

std::vector<StreamInfo> Program::streams() const {
    std::vector<StreamInfo> all;
    for (const auto& stream : parts_->plan.streams) {
        if (!stream.is_input) all.push_back({stream.name, stream.columns});
    }
    all.push_back({std::string(error_stream), error_columns()});
    return all;
}

}  // namespace freshet::flow

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::flow::Errc>::domain() {
    static constexpr ErrorDomain instance{"flow"};
    return instance;
}
