// The SQL that reads an ORC table with its declared columns: by their places in each file, or by
// name; missing ones NULL, a type that does not fit HIVE_BAD_DATA. Stripes are read side by side,
// some rows at a time, by Arrow (src/orc).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "duck/engine.h"
#include "duck/scan/text_scan.h"

namespace freshet::duck {

struct OrcShape;

/// Of the plan at hand: files with equal columns are one shape, which freshet_orc(N) reads.
struct OrcShapes {
    explicit OrcShapes(ScanState& state_);
    ~OrcShapes();
    OrcShapes(const OrcShapes&) = delete;
    void clear();
    ScanState& state;
    std::vector<std::unique_ptr<OrcShape>> shapes;
};

void add_orc_scan(duckdb::DatabaseInstance& database, OrcShapes& shapes);

/// A SELECT with columns c0, c1, ... of the scan of the state's plan; "" when no file has a byte.
/// Its shapes are added to `shapes`. Raises HIVE_CANNOT_OPEN_SPLIT for a file that is not ORC;
/// reading a column that does not fit raises it, too.
std::string orc_select(duckdb::Connection& connection, OrcShapes& shapes, std::size_t scan);

}  // namespace freshet::duck
