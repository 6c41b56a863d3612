#include "duck/raise.h"

#include "duck/engine.h"

namespace freshet::duck {

void raise(const char* code, const std::string& message) {
    throw duckdb::InvalidInputException("@" + std::string(code) + ": " + message);
}

}  // namespace freshet::duck
