// The files of a scan that have equal columns, and how one of them is opened.
#pragma once
#include <duckdb/function/table/arrow.hpp>
#include <memory>
#include <string>
#include <vector>

#include "duck/engine.h"
#include "duck/scan/text_scan.h"
#include "orc/orc.h"

namespace freshet::duck {

/// The columns of a file, as the engine reads Arrow's arrays of them.
struct OrcColumns {
    duckdb::ArrowTableSchema types;
    std::vector<std::string> names;
};

struct OrcShape {
    struct File {
        std::size_t index = 0;  ///< in the scan
        std::vector<std::uint64_t> stripe_rows;
    };
    std::size_t scan = 0;
    OrcColumns columns;
    std::vector<File> files;
};

/// Raises HIVE_CANNOT_OPEN_SPLIT. `file` outlives the reader.
std::unique_ptr<orc::Reader> open_orc(const sql::plan::File& file, ScanState& state);

OrcColumns orc_columns(duckdb::ClientContext& context, const sql::plan::File& file,
                       orc::Reader& reader);

/// What ORC calls a type of the engine.
std::string orc_name(const duckdb::LogicalType& type);

}  // namespace freshet::duck
