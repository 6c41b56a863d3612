// What compile() makes of an application. Internal to flow/.
#pragma once
#include <string>
#include <vector>

#include "flow/engine.h"
#include "flow/evaluate.h"
#include "sql/streaming/typed.h"

namespace freshet::flow {

struct Program::Parts {
    std::vector<InputStream> inputs;
    sql::streaming::Plan plan;
    Patterns patterns;                    ///< point into `plan`
    std::vector<std::vector<bool>> read;  ///< by input: columns_read()
    std::string fingerprint;  ///< of the code and the schemas: whose state a saved one is
};

/// ERROR_TIME, ERROR_LEVEL, ERROR_NAME, MESSAGE, DATA_ROWTIME, DATA_ROW, PUMP_NAME.
const std::vector<record::Column>& error_columns();

}  // namespace freshet::flow
