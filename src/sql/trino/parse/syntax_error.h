// Where and why a statement cannot be read or does not hold.
#pragma once
#include <expected>
#include <string>

#include "base/error.h"

namespace freshet::sql::trino {

/// Both count from 1; columns count bytes.
struct Position {
    int line = 1;
    int column = 1;
};

/// `code` is Trino's name of the error: SYNTAX_ERROR, COLUMN_NOT_FOUND, TYPE_MISMATCH...
struct SyntaxError {
    Position at;
    std::string message;
    std::string code = "SYNTAX_ERROR";
    /// "line 1:8: Column 'x' cannot be resolved"
    std::string text() const {
        return "line " + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + message;
    }
};

template <class T = void>
using SyntaxResult = std::expected<T, SyntaxError>;

}  // namespace freshet::sql::trino
