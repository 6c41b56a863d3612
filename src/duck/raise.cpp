#include "duck/raise.h"

#include "duck/engine.h"
#include "duck/native/parse_value.h"

namespace freshet::duck {
namespace {

/// Among the engine's extra facts of an exception.
constexpr const char* code_key = "freshet_error_code";

}  // namespace

void raise(sql::ErrorCode code, const std::string& message) {
    throw duckdb::InvalidInputException({{code_key, std::to_string(static_cast<int>(code))}},
                                        message);
}

std::optional<sql::ErrorCode> raised_code(const duckdb::ErrorData& error) {
    const auto found = error.ExtraInfo().find(code_key);
    if (found == error.ExtraInfo().end()) return std::nullopt;
    const auto number = parse_whole(found->second, 0, UINT8_MAX);
    return number ? sql::error_code(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

}  // namespace freshet::duck
