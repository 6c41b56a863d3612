#include "delivery/conversion/failures.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/crypto/digest.h"
#include "base/text/json_text.h"

namespace freshet::delivery {
namespace {

constexpr const char* parse_error = "DataFormatConversion.ParseError";
constexpr const char* malformed = "DataFormatConversion.MalformedData";

Failure io_failure(const std::string& path) {
    const int problem = errno;
    return fail(problem == ENOSPC ? freshet::Errc::no_space : freshet::Errc::io,
                fmt::format("{}: {}", path, std::strerror(problem)));
}

std::string text_or_null(const std::string& text) {
    return text.empty() ? "null" : json_text(text);
}

/// Whether the text begins as a JSON value does other than an object.
bool is_other_value(std::string_view raw) {
    const auto first = raw.find_first_not_of(" \t\r");
    return first != std::string_view::npos &&
           std::string_view("[\"-0123456789").contains(raw[first]);
}

StageProblem problem_of(std::string_view column, std::string_view reason, std::string_view raw) {
    if (!column.empty())
        return {malformed,
                fmt::format("Data does not match the schema. Column {}: {}", column, reason)};
    if (is_other_value(raw))
        return {malformed, "Data does not match the schema. The record is not a JSON object"};
    return {parse_error, fmt::format("The record cannot be parsed: {}", reason)};
}

}  // namespace

Result<> FailureFile::add(const Unconverted& failure, const FailedRecord& record,
                          const std::string& sequence_number, Timestamp now) {
    if (!file_) file_.reset(std::fopen(path_.c_str(), "wb"));
    if (!file_) return io_failure(path_);
    std::string message = failure.problem.message, raw = record.source.str();
    // The retention of the source may have ended while the destination refused.
    if (failure.line && (failure.is_part || !record.is_there))
        raw = *failure.line;
    else if (!record.is_there)
        message += ". The source does not have the record any more";
    std::string line = fmt::format(
        R"({{"attemptsMade":{},"arrivalTimestamp":{},"lastErrorCode":{},"lastErrorMessage":{},)",
        failure.attempts, to_epoch_ms(record.arrival), json_text(failure.problem.code),
        json_text(message));
    line += fmt::format(R"("attemptEndingTimestamp":{},"rawData":"{}",)", to_epoch_ms(now),
                        base64_encode(raw));
    line +=
        fmt::format(R"("sequenceNumber":{},"subSequenceNumber":{},)", text_or_null(sequence_number),
                    sequence_number.empty() ? "null" : std::to_string(record.origin.sub));
    line += fmt::format(
        R"("dataCatalogTable":{{"catalogId":{},"databaseName":{},"tableName":{},"region":{},)",
        json_text(table_.catalog_id), json_text(table_.database), json_text(table_.table),
        json_text(table_.region));
    line += fmt::format(R"("versionId":{},"catalogArn":{}}}}})", json_text(table_.version),
                        text_or_null(table_.catalog_arn));
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size())
        return io_failure(path_);
    return {};
}

Result<bool> FailureFile::finish() {
    if (!file_) return false;
    if (std::fflush(file_.get()) != 0) return io_failure(path_);
    file_.reset();
    return true;
}

RejectedLines::RejectedLines(const std::string& path) : file_(std::fopen(path.c_str(), "rb")) {}

Result<std::optional<RejectedLines::Line>> RejectedLines::next() {
    if (!file_) return std::nullopt;
    char* text = nullptr;
    std::size_t capacity = 0;
    const ssize_t size = ::getline(&text, &capacity, file_.get());
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    if (size <= 0) return std::nullopt;
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view column, reason, raw;
    std::uint64_t number = 0;
    const auto damaged = [] {
        return fail(freshet::Errc::corrupt, "the rejected lines of a conversion are damaged");
    };
    if (parser.parse(text, static_cast<std::size_t>(size)).get(root) != simdjson::SUCCESS ||
        root["line"].get(number) != simdjson::SUCCESS ||
        root["reason"].get(reason) != simdjson::SUCCESS)
        return damaged();
    if (root["column"].get(column) != simdjson::SUCCESS) column = {};
    Line line{number, "", {}};
    if (root["raw"].get(raw) == simdjson::SUCCESS)
        line.raw = raw;
    else if (root["raw_base64"].get(raw) != simdjson::SUCCESS || !base64_decode(raw, line.raw))
        return damaged();
    line.problem = problem_of(column, reason, line.raw);
    return line;
}

}  // namespace freshet::delivery
