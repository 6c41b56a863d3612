#include "duck/scan/text_scan.h"

#include <algorithm>
#include <duckdb/execution/partition_info.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/parallel/task_scheduler.hpp>

#include "duck/native/parse_value.h"
#include "duck/scan/cell.h"
#include "duck/scan/object_stream.h"
#include "duck/scan/rows.h"
#include "duck/write/rejects.h"

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

// A range is small enough that the last ones keep all threads busy, and not so small that reading
// the line over its beginning counts.
constexpr std::uint64_t range_bytes_max = std::uint64_t{16} << 20, range_bytes_min = 1 << 20;
constexpr std::uint64_t ranges_per_thread = 8;
// with more the file is one range
constexpr std::int64_t header_lines_max = 1000;
// So few that their cells stay in the processor's cache.
constexpr std::size_t lines_at_once = 256;

struct Range {
    std::size_t file = 0;
    std::uint32_t number = 0;  ///< within the file
    ByteRange bytes;
};

struct Shared : duckdb::GlobalTableFunctionState {
    std::vector<Range> ranges;  ///< of all files, in their order
    std::atomic<std::size_t> next_range = 0;
    std::vector<std::size_t> columns;  ///< scan column of each vector; npos for none
    duckdb::idx_t threads = 1;
    duckdb::idx_t MaxThreads() const override { return threads; }
};

struct Mine : duckdb::LocalTableFunctionState {
    std::size_t range = 0;   ///< index of the shared ranges
    std::uint64_t line = 0;  ///< lines of it that were taken
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

std::int64_t header_lines(const ScanPlan& scan) {
    const auto found = scan.properties.find("skip.header.line.count");
    return found == scan.properties.end() ? 0
                                          : parse_whole(found->second, 0, 1'000'000).value_or(0);
}

void add_ranges(const ScanPlan& scan, std::size_t index, std::uint64_t range_bytes,
                std::vector<Range>& ranges) {
    const auto& file = scan.files[index];
    if (!is_splittable(file) || header_lines(scan) > header_lines_max) {
        ranges.push_back({index, 0, {}});
        return;
    }
    std::uint32_t number = 0;
    std::uint64_t begin = 0;
    for (; begin + range_bytes < file.size; begin += range_bytes)
        ranges.push_back({index, number++, {begin, begin + range_bytes}});
    ranges.push_back({index, number, {begin, UINT64_MAX}});
}

std::uint64_t range_bytes_of(const ScanPlan& scan, std::uint64_t threads) {
    std::uint64_t bytes = 0;
    for (const auto& file : scan.files) bytes += file.size;
    return std::clamp(bytes / (threads * ranges_per_thread), range_bytes_min, range_bytes_max);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_shared(
    duckdb::ClientContext& context, duckdb::TableFunctionInitInput& input) {
    const auto& scan = input.bind_data->Cast<Bound>().scan;
    auto shared = duckdb::make_uniq<Shared>();
    for (const auto column : input.column_ids)
        shared->columns.push_back(column < scan.columns.size() ? column : std::string::npos);
    const std::uint64_t range_bytes = range_bytes_of(
        scan,
        static_cast<std::uint64_t>(duckdb::TaskScheduler::GetScheduler(context).NumberOfThreads()));
    for (std::size_t i = 0; i < scan.files.size(); ++i)
        add_ranges(scan, i, range_bytes, shared->ranges);
    shared->threads = std::max<duckdb::idx_t>(1, shared->ranges.size());
    return shared;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_mine(duckdb::ExecutionContext&,
                                                              duckdb::TableFunctionInitInput&,
                                                              duckdb::GlobalTableFunctionState*) {
    return duckdb::make_uniq<Mine>();
}

/// What the reader of a range's lines puts into vectors; partition keys are constants.
RowTarget target_of(const Bound& bound, const Shared& shared, const Range& range, Mine& mine) {
    const ScanPlan& plan = bound.scan;
    const auto& file = plan.files[range.file];
    RowTarget target;
    target.scan = &plan;
    target.file = file.name;
    target.lines_before = [&plan, begin = range.bytes.begin, lines = mine.lines.get()] {
        return begin == 0 ? header_lines(plan) : lines->lines_before();
    };
    target.is_exact = bound.state.rejects != nullptr;
    target.refuses_old_fractions = target.is_exact && bound.state.refuses_old_fractions;
    target.forms.resize(plan.columns.size(), sql::plan::TextForm::plain);
    for (std::size_t c = 0; target.is_exact && c < plan.columns.size(); ++c) {
        const auto form = bound.state.forms->find(plan.columns[c].name);
        if (form != bound.state.forms->end()) target.forms[c] = form->second;
    }
    mine.constants.clear();
    mine.is_constant.clear();
    std::size_t first_key = 0;
    while (first_key < plan.columns.size() && !plan.columns[first_key].is_partition_key)
        ++first_key;
    for (const auto column : shared.columns) {
        const bool is_key = column != std::string::npos && plan.columns[column].is_partition_key;
        target.columns.push_back(is_key ? std::string::npos : column);
        mine.is_constant.push_back(is_key || column == std::string::npos);
        mine.constants.push_back(
            is_key ? partition_value(plan.columns[column].type,
                                     plan.partitions.at(file.partition).at(column - first_key))
                   : duckdb::Value());
    }
    return target;
}

/// False when no range is left.
bool open_next(const Bound& bound, Shared& shared, Mine& mine) {
    mine.range = shared.next_range.fetch_add(1);
    if (mine.range >= shared.ranges.size()) return false;
    const Range& range = shared.ranges[mine.range];
    mine.lines = std::make_unique<LineReader>(bound.scan.files[range.file],
                                              bound.state.scanned_bytes, range.bytes);
    mine.rows = make_row_reader(target_of(bound, shared, range, mine));
    mine.line = 0;
    std::string_view line;
    std::int64_t skipped = range.bytes.begin == 0 ? header_lines(bound.scan) : 0;
    for (; skipped > 0 && mine.lines->next(line); --skipped) ++mine.line;
    return true;
}

/// The rows that the next lines gave; nothing at the end of the range.
std::optional<duckdb::idx_t> read_lines(const Bound& bound, const Shared& shared, Mine& mine,
                                        duckdb::DataChunk& out, duckdb::idx_t row) {
    const auto lines =
        mine.lines->next_lines(std::min<std::size_t>(lines_at_once, STANDARD_VECTOR_SIZE - row));
    if (lines.empty()) return std::nullopt;
    const duckdb::idx_t rows = mine.rows->read_all(lines, out, row);
    const Range& range = shared.ranges[mine.range];
    for (const auto& [line, misfit] : mine.rows->take_misfits())
        bound.state.rejects->add({range.file, range.number, mine.line + line + 1}, misfit,
                                 lines[line]);
    mine.line += lines.size();
    return rows;
}

void end_range(const Bound& bound, const Shared& shared, Mine& mine) {
    const Range& range = shared.ranges[mine.range];
    if (bound.state.rejects != nullptr)
        bound.state.rejects->end_range(range.file, range.number, mine.line);
    mine.lines.reset();
}

void scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
    const auto& bound = input.bind_data->Cast<Bound>();
    auto& shared = input.global_state->Cast<Shared>();
    auto& mine = input.local_state->Cast<Mine>();
    duckdb::idx_t row = 0;
    while (row == 0) {
        if (!mine.lines && !open_next(bound, shared, mine)) break;
        while (row < STANDARD_VECTOR_SIZE) {
            const auto rows = read_lines(bound, shared, mine, out, row);
            if (!rows) {
                end_range(bound, shared, mine);
                break;
            }
            row += *rows;
        }
    }
    bound.state.rows += row;
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
    return duckdb::OperatorPartitionData(input.local_state->Cast<Mine>().range);
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
