#include "duck/failure.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "duck/engine.h"
#include "duck/raise.h"
#include "duck/scan/object_files.h"

namespace freshet::duck {
namespace {

using duckdb::ExceptionType;
using sql::ErrorCode;
using sql::plan::Failed;

/// The engine's sentences that mean one thing whatever their type, and what Trino says.
struct Sentence {
    std::string_view part;
    ErrorCode code;
    const char* message;
};
constexpr Sentence sentences[] = {
    {"expression depth", ErrorCode::stack_overflow, "statement is too deeply nested"},
    {"APPROXIMATE QUANTILE", ErrorCode::invalid_function_argument,
     "percentile must be between 0 and 1"},
    {"INT128", ErrorCode::numeric_value_out_of_range, "bigint addition overflow"},
    {"More than one row returned by a subquery", ErrorCode::subquery_multiple_rows,
     "Scalar sub-query has returned multiple rows"}};

/// Parts of sentences about the bytes of a Parquet file, whose types are others.
constexpr std::string_view file_words[] = {"arquet", "ecompress", "TProtocol"};

/// Where the engine's advice to its own users begins: how to set an option, what else the user may
/// have wanted.
constexpr std::string_view advice[] = {
    " Did you mean", " Use \"SET",          " You might need", " Use SET", " (Use ",
    " Try ",         " Possible solutions", " Consider ",      " If you "};

/// The first line, without advice.
std::string plain(std::string message) {
    message.resize(std::min(message.find('\n'), message.size()));
    for (const std::string_view begin : advice)
        message.resize(std::min(message.find(begin), message.size()));
    return message;
}

bool reads_parquet(const sql::plan::QueryPlan& plan) {
    return std::ranges::any_of(plan.scans, [](const auto& scan) {
        return scan.format == sql::plan::Format::parquet && !scan.files.empty();
    });
}

bool is_of_file(ExceptionType type, std::string_view message) {
    if (type == ExceptionType::IO || type == ExceptionType::SERIALIZATION ||
        type == ExceptionType::INVALID)
        return true;
    return std::ranges::any_of(file_words,
                               [&](std::string_view word) { return message.contains(word); });
}

Failed unreadable(const std::string& file) {
    return {ErrorCode::hive_cursor_error, "Failed to read Parquet file: " + file};
}

/// Of bytes that the engine's Parquet reader cannot make sense of, when it does not name the file.
Failed unreadable_one_of(const sql::plan::QueryPlan& plan) {
    const sql::plan::File* only = nullptr;
    std::size_t files = 0;
    for (const auto& scan : plan.scans) {
        if (scan.format != sql::plan::Format::parquet || scan.files.empty()) continue;
        files += scan.files.size();
        only = &scan.files[0];
    }
    if (files == 1) return unreadable(only->name);
    return {ErrorCode::hive_cursor_error,
            "Failed to read one of " + std::to_string(files) + " Parquet files"};
}

}  // namespace

Failed failure_of(const std::exception& problem, const sql::plan::QueryPlan& plan) {
    const duckdb::ErrorData error(problem);
    if (const auto code = raised_code(error)) return {*code, error.RawMessage()};
    if (const auto* file = file_named_in(error.RawMessage(), plan)) return unreadable(file->name);
    const ExceptionType type = error.Type();
    const std::string message = plain(error.RawMessage());
    if (type == ExceptionType::OUT_OF_RANGE)
        return {ErrorCode::numeric_value_out_of_range, message};
    for (const auto& sentence : sentences) {
        if (message.contains(sentence.part)) return {sentence.code, sentence.message};
    }
    if (type == ExceptionType::CONVERSION) return {ErrorCode::invalid_cast_argument, message};
    if (type == ExceptionType::OUT_OF_MEMORY)
        return {ErrorCode::exceeded_local_memory_limit,
                "Query exhausted resources at this scale factor: " + message};
    if (type == ExceptionType::INTERRUPT) return {ErrorCode::user_canceled, "Query was canceled"};
    if (reads_parquet(plan) && is_of_file(type, message)) return unreadable_one_of(plan);
    if (type == ExceptionType::INVALID_INPUT)
        return {ErrorCode::invalid_function_argument, message};
    return {ErrorCode::generic_internal_error, message};
}

}  // namespace freshet::duck
