// Where and why a statement cannot be read or does not hold.
#pragma once
#include <expected>
#include <string>

#include "base/error.h"
#include "sql/error_code.h"

namespace freshet::sql::trino {

/// Both count from 1; columns count bytes.
struct Position {
    int line = 1;
    int column = 1;
};

struct SyntaxError {
    Position at;
    std::string message;
    ErrorCode code = ErrorCode::syntax_error;
    /// "line 1:8: Column 'x' cannot be resolved"
    std::string text() const {
        return "line " + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + message;
    }
};

template <class T = void>
using SyntaxResult = std::expected<T, SyntaxError>;

}  // namespace freshet::sql::trino
