#include "duck/scan/text_scan.h"

#include <duckdb/execution/partition_info.hpp>
#include <duckdb/main/extension/extension_loader.hpp>

#include "duck/native/parse_value.h"
#include "duck/scan/cell.h"
#include "duck/scan/object_stream.h"
#include "duck/scan/rows.h"

namespace freshet::duck {
namespace {

using sql::plan::ScanPlan;

struct Info : duckdb::TableFunctionInfo {
    explicit Info(ScanState& state_) : state(state_) {}
    ScanState& state;
};

struct Bound : duckdb::TableFunctionData {
    Bound(ScanState& state_, const ScanPlan& scan_) : state(state_), scan(scan_) {}
    ScanState& state;
    const ScanPlan& scan;
};

struct Shared : duckdb::GlobalTableFunctionState {
    std::atomic<std::size_t> next_file = 0;
    std::vector<std::size_t> columns;  ///< scan column of each vector; npos for none
    duckdb::idx_t threads = 1;
    duckdb::idx_t MaxThreads() const override { return threads; }
};

struct Mine : duckdb::LocalTableFunctionState {
    std::size_t file = 0;
    std::unique_ptr<LineReader> lines;
    std::unique_ptr<RowReader> rows;
    std::vector<duckdb::Value> constants;  ///< of partition keys, by vector
    std::vector<bool> is_constant;
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext&,
                                              duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
    auto& state = input.info->Cast<Info>().state;
    const auto& scan =
        state.plan->scans.at(static_cast<std::size_t>(input.inputs[0].GetValue<std::int64_t>()));
    for (std::size_t i = 0; i < scan.columns.size(); ++i) {
        types.push_back(logical_type(scan.columns[i].type));
        names.push_back("c" + std::to_string(i));
    }
    return duckdb::make_uniq<Bound>(state, scan);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_shared(
    duckdb::ClientContext&, duckdb::TableFunctionInitInput& input) {
    const auto& scan = input.bind_data->Cast<Bound>().scan;
    auto shared = duckdb::make_uniq<Shared>();
    for (const auto column : input.column_ids)
        shared->columns.push_back(column < scan.columns.size() ? column : std::string::npos);
    shared->threads = std::max<duckdb::idx_t>(1, scan.files.size());
    return shared;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_mine(duckdb::ExecutionContext&,
                                                              duckdb::TableFunctionInitInput&,
                                                              duckdb::GlobalTableFunctionState*) {
    return duckdb::make_uniq<Mine>();
}

std::int64_t header_lines(const ScanPlan& scan) {
    const auto found = scan.properties.find("skip.header.line.count");
    return found == scan.properties.end() ? 0
                                          : parse_whole(found->second, 0, 1'000'000).value_or(0);
}

/// False when no file is left.
bool open_next(const Bound& bound, Shared& shared, Mine& mine) {
    mine.file = shared.next_file.fetch_add(1);
    if (mine.file >= bound.scan.files.size()) return false;
    const auto& file = bound.scan.files[mine.file];
    mine.lines = std::make_unique<LineReader>(file, bound.state.scanned_bytes);
    RowTarget target{&bound.scan, {}, file.name, header_lines(bound.scan)};
    mine.constants.clear();
    mine.is_constant.clear();
    std::size_t first_key = 0;
    while (first_key < bound.scan.columns.size() && !bound.scan.columns[first_key].is_partition_key)
        ++first_key;
    for (const auto column : shared.columns) {
        const bool is_key =
            column != std::string::npos && bound.scan.columns[column].is_partition_key;
        target.columns.push_back(is_key ? std::string::npos : column);
        mine.is_constant.push_back(is_key || column == std::string::npos);
        mine.constants.push_back(
            is_key
                ? partition_value(bound.scan.columns[column].type,
                                  bound.scan.partitions.at(file.partition).at(column - first_key))
                : duckdb::Value());
    }
    mine.rows = make_row_reader(std::move(target));
    std::string_view line;
    for (std::int64_t left = header_lines(bound.scan); left > 0 && mine.lines->next(line); --left) {
    }
    return true;
}

void scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
    const auto& bound = input.bind_data->Cast<Bound>();
    auto& shared = input.global_state->Cast<Shared>();
    auto& mine = input.local_state->Cast<Mine>();
    duckdb::idx_t row = 0;
    while (row == 0) {
        if (!mine.lines && !open_next(bound, shared, mine)) break;
        std::string_view line;
        while (row < STANDARD_VECTOR_SIZE) {
            if (!mine.lines->next(line)) {
                mine.lines.reset();
                break;
            }
            if (mine.rows->read(line, out, row)) ++row;
        }
    }
    if (row > 0) {
        for (std::size_t i = 0; i < shared.columns.size(); ++i) {
            if (!mine.is_constant[i]) continue;
            out.data[i].Reference(mine.constants[i].IsNull() ? duckdb::Value(out.data[i].GetType())
                                                             : mine.constants[i]);
        }
    }
    out.SetCardinality(row);
}

duckdb::OperatorPartitionData partition_data(duckdb::ClientContext&,
                                             duckdb::TableFunctionGetPartitionInput& input) {
    return duckdb::OperatorPartitionData(input.local_state->Cast<Mine>().file);
}

}  // namespace

duckdb::Value partition_value(const sql::trino::Type& type,
                              const std::optional<std::string>& text) {
    if (!text || *text == "__HIVE_DEFAULT_PARTITION__") return duckdb::Value(logical_type(type));
    duckdb::Vector one(logical_type(type), 1);
    put_text(one, 0, type, *text);
    return one.GetValue(0);
}

void add_text_scan(duckdb::DatabaseInstance& database, ScanState& state) {
    duckdb::TableFunction function("freshet_text", {duckdb::LogicalType::BIGINT}, scan, bind,
                                   init_shared, init_mine);
    function.projection_pushdown = true;
    function.get_partition_data = partition_data;
    function.function_info = duckdb::make_shared_ptr<Info>(state);
    duckdb::ExtensionLoader(database, "freshet_scan").RegisterFunction(std::move(function));
}

}  // namespace freshet::duck
