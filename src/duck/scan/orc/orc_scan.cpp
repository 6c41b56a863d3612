#include "duck/scan/orc/orc_scan.h"

#include <algorithm>
#include <duckdb/execution/partition_info.hpp>
#include <duckdb/main/extension/extension_loader.hpp>

#include "duck/raise.h"
#include "duck/scan/cell.h"
#include "duck/scan/orc/orc_shape.h"
#include "duck/scan/parquet_types.h"

namespace freshet::duck {
namespace {

using sql::plan::ScanPlan;

constexpr std::size_t npos = std::string::npos;

struct Info : duckdb::TableFunctionInfo {
    explicit Info(OrcShapes& shapes_) : shapes(shapes_) {}
    OrcShapes& shapes;
};

struct Bound : duckdb::TableFunctionData {
    Bound(ScanState& state_, const OrcShape& shape_)
        : state(state_), shape(shape_), scan(state_.plan->scans[shape_.scan]) {}
    ScanState& state;
    const OrcShape& shape;
    const ScanPlan& scan;
};

/// A stripe of a file of the shape.
struct Unit {
    std::size_t file = 0, stripe = 0;
};

struct Shared : duckdb::GlobalTableFunctionState {
    std::vector<Unit> units;
    std::atomic<std::size_t> next_unit = 0;
    /// Of each vector that is asked for: the column of the file, or npos.
    std::vector<std::size_t> columns;
    /// Of each vector: the place among the scan's partition keys, or npos.
    std::vector<std::size_t> keys;
    std::vector<int> read;  ///< the columns of the file that are read, ascending
    duckdb::idx_t MaxThreads() const override { return std::max<std::size_t>(1, units.size()); }
};

struct Mine : duckdb::LocalTableFunctionState {
    explicit Mine(duckdb::ClientContext& context)
        : arrow(duckdb::make_uniq<duckdb::ArrowArrayWrapper>(), context) {}
    std::size_t unit = 0;
    std::size_t file = npos;
    std::unique_ptr<orc::Reader> reader;
    std::unique_ptr<orc::Rows> rows;  ///< of the unit; after `reader`, which outlives it
    std::uint64_t rows_left = 0;      ///< of the unit, when no column is read
    bool has_unit = false;
    duckdb::ArrowScanLocalState arrow;
    duckdb::DataChunk values;               ///< of the columns that are read
    std::vector<duckdb::Value> key_values;  ///< by vector
};

std::vector<const sql::plan::ScanColumn*> keys_of(const ScanPlan& scan) {
    std::vector<const sql::plan::ScanColumn*> keys;
    for (const auto& column : scan.columns) {
        if (column.is_partition_key) keys.push_back(&column);
    }
    return keys;
}

/// Columns f0, f1, ... of the file, then k0, k1, ... of the partition keys.
duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext&,
                                              duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
    auto& shapes = input.info->Cast<Info>().shapes;
    auto& shape =
        *shapes.shapes.at(static_cast<std::size_t>(input.inputs[0].GetValue<std::int64_t>()));
    types = shape.columns.types.GetTypes();
    for (std::size_t i = 0; i < types.size(); ++i) names.push_back("f" + std::to_string(i));
    std::size_t key = 0;
    for (const auto* column : keys_of(shapes.state.plan->scans[shape.scan])) {
        types.push_back(logical_type(column->type));
        names.push_back("k" + std::to_string(key++));
    }
    return duckdb::make_uniq<Bound>(shapes.state, shape);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init_shared(
    duckdb::ClientContext&, duckdb::TableFunctionInitInput& input) {
    const auto& bound = input.bind_data->Cast<Bound>();
    auto shared = duckdb::make_uniq<Shared>();
    for (std::size_t file = 0; file < bound.shape.files.size(); ++file) {
        for (std::size_t stripe = 0; stripe < bound.shape.files[file].stripe_rows.size(); ++stripe)
            shared->units.push_back({file, stripe});
    }
    const std::size_t width = bound.shape.columns.names.size();
    const std::size_t keys = keys_of(bound.scan).size();
    for (const auto column : input.column_ids) {
        const bool is_of_file = column < width;
        const bool is_key = !is_of_file && column < width + keys;
        shared->columns.push_back(is_of_file ? column : npos);
        shared->keys.push_back(is_key ? column - width : npos);
        if (is_of_file) shared->read.push_back(static_cast<int>(column));
    }
    std::ranges::sort(shared->read);
    const auto doubled = std::ranges::unique(shared->read);
    shared->read.erase(doubled.begin(), doubled.end());
    return shared;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_mine(
    duckdb::ExecutionContext& context, duckdb::TableFunctionInitInput& input,
    duckdb::GlobalTableFunctionState* global) {
    const auto& shared = global->Cast<Shared>();
    auto mine = duckdb::make_uniq<Mine>(context.client);
    const auto& bound = input.bind_data->Cast<Bound>();
    auto types_of_file = bound.shape.columns.types;
    duckdb::vector<duckdb::LogicalType> types;
    for (const int column : shared.read) {
        types.push_back(types_of_file.GetTypes()[static_cast<std::size_t>(column)]);
        mine->arrow.column_ids.push_back(static_cast<duckdb::column_t>(column));
    }
    if (!types.empty()) mine->values.Initialize(context.client, types);
    return mine;
}

const sql::plan::File& file_of(const Bound& bound, std::size_t file) {
    return bound.scan.files[bound.shape.files[file].index];
}

/// Names the first column that cannot be read: others of the file may be well.
[[noreturn]] void refuse(const Bound& bound, const Shared& shared, Mine& mine, std::string why) {
    const Unit& unit = shared.units[mine.unit];
    std::string column;
    mine.rows.reset();
    for (const int one : shared.read) {
        auto rows = mine.reader->read(unit.stripe, {one});
        orc::Outcome<bool> more = rows ? orc::Outcome<bool>(true) : std::unexpected(rows.error());
        while (more && *more) {
            duckdb::ArrowArrayWrapper array;
            more = (*rows)->next(array.arrow_array);
        }
        if (more) continue;
        column = " (column " + bound.shape.columns.names[static_cast<std::size_t>(one)] + ")";
        why = more.error();
        break;
    }
    raise(sql::ErrorCode::hive_cursor_error,
          "Failed to read ORC file: " + file_of(bound, unit.file).name + column + ": " + why);
}

/// Of the unit, when another file is open.
void open_file(const Bound& bound, const Unit& unit, Mine& mine) {
    if (mine.file != unit.file) {
        mine.rows.reset();
        mine.reader = open_orc(file_of(bound, unit.file), bound.state);
        mine.file = unit.file;
    }
}

/// False when no unit is left.
bool open_next(const Bound& bound, Shared& shared, Mine& mine) {
    mine.unit = shared.next_unit.fetch_add(1);
    mine.has_unit = mine.unit < shared.units.size();
    if (!mine.has_unit) return false;
    const Unit& unit = shared.units[mine.unit];
    const auto& file = file_of(bound, unit.file);
    const auto keys = keys_of(bound.scan);
    mine.key_values.clear();
    for (const std::size_t key : shared.keys)
        mine.key_values.push_back(
            key == npos
                ? duckdb::Value()
                : partition_value(keys[key]->type, bound.scan.partitions.at(file.partition)[key]));
    mine.rows_left = bound.shape.files[unit.file].stripe_rows[unit.stripe];
    if (shared.read.empty()) return true;
    open_file(bound, unit, mine);
    mine.rows.reset();
    auto rows = mine.reader->read(unit.stripe, shared.read);
    if (!rows) refuse(bound, shared, mine, rows.error());
    mine.rows = std::move(*rows);
    return true;
}

/// Arrow's arrays as the engine's vectors. The engine refuses a map with one key twice.
void convert(const Bound& bound, const Shared& shared, Mine& mine) {
    try {
        duckdb::ArrowTableFunction::ArrowToDuckDB(
            mine.arrow, bound.shape.columns.types.GetColumns(), mine.values);
    } catch (const std::exception& problem) {
        raise(sql::ErrorCode::hive_bad_data,
              "Failed to read ORC file: " + file_of(bound, shared.units[mine.unit].file).name +
                  ": " + duckdb::ErrorData(problem).RawMessage());
    }
}

/// The next rows of the unit in `mine.values`; 0 at its end.
duckdb::idx_t read_rows(const Bound& bound, const Shared& shared, Mine& mine) {
    if (shared.read.empty()) {
        const auto count = std::min<std::uint64_t>(mine.rows_left, STANDARD_VECTOR_SIZE);
        mine.rows_left -= count;
        return count;
    }
    mine.arrow.Reset();
    mine.arrow.chunk = duckdb::make_shared_ptr<duckdb::ArrowArrayWrapper>();
    const auto more = mine.rows->next(mine.arrow.chunk->arrow_array);
    if (!more) refuse(bound, shared, mine, more.error());
    if (!*more) return 0;
    const auto count = static_cast<duckdb::idx_t>(mine.arrow.chunk->arrow_array.length);
    mine.values.Reset();
    mine.values.SetCardinality(count);
    convert(bound, shared, mine);
    return count;
}

void scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& out) {
    const auto& bound = input.bind_data->Cast<Bound>();
    auto& shared = input.global_state->Cast<Shared>();
    auto& mine = input.local_state->Cast<Mine>();
    duckdb::idx_t count = 0;
    while (count == 0) {
        if (!mine.has_unit && !open_next(bound, shared, mine)) break;
        count = read_rows(bound, shared, mine);
        mine.has_unit = count > 0;
    }
    out.SetCardinality(count);
    if (count == 0) return;
    for (std::size_t i = 0; i < shared.columns.size(); ++i) {
        if (shared.columns[i] == npos) {
            const duckdb::Value& value = mine.key_values[i];
            out.data[i].Reference(value.IsNull() ? duckdb::Value(out.data[i].GetType()) : value);
            continue;
        }
        const auto at = std::ranges::find(shared.read, static_cast<int>(shared.columns[i]));
        out.data[i].Reference(mine.values.data[static_cast<std::size_t>(at - shared.read.begin())]);
    }
}

duckdb::OperatorPartitionData partition_data(duckdb::ClientContext&,
                                             duckdb::TableFunctionGetPartitionInput& input) {
    return duckdb::OperatorPartitionData(input.local_state->Cast<Mine>().unit);
}

/// The shape of each file is found, or begun, among those from `first` on.
void add_files(duckdb::Connection& connection, OrcShapes& shapes, std::size_t scan,
               std::size_t first) {
    const auto& files = shapes.state.plan->scans[scan].files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].size == 0) continue;
        const auto reader = open_orc(files[i], shapes.state);
        OrcColumns columns = orc_columns(*connection.context, files[i], *reader);
        OrcShape* of = nullptr;
        for (std::size_t s = first; s < shapes.shapes.size() && of == nullptr; ++s) {
            OrcShape& shape = *shapes.shapes[s];
            if (shape.columns.names == columns.names &&
                shape.columns.types.GetTypes() == columns.types.GetTypes())
                of = &shape;
        }
        if (of == nullptr) {
            of = shapes.shapes.emplace_back(std::make_unique<OrcShape>()).get();
            of->scan = scan;
            of->columns = std::move(columns);
        }
        of->files.push_back({i, reader->stripe_rows()});
    }
}

/// Old Hive calls all columns so.
bool has_no_names(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] != "_col" + std::to_string(i)) return false;
    }
    return true;
}

/// The column of the file that is the table's column `index`; npos when the file lacks it.
std::size_t place_of(const ScanPlan& scan, const std::vector<std::string>& names,
                     std::size_t index) {
    const auto told = scan.properties.find(sql::plan::orc_index_access);
    const bool goes_by_name =
        told != scan.properties.end() && sql::trino::lower_case(told->second) == "false";
    if (!goes_by_name || has_no_names(names)) return index < names.size() ? index : npos;
    const std::string wanted = sql::trino::lower_case(scan.columns[index].name);
    const auto found = std::ranges::find(
        names, wanted, [](const std::string& name) { return sql::trino::lower_case(name); });
    return found == names.end() ? npos : static_cast<std::size_t>(found - names.begin());
}

std::string column_sql(const ScanPlan& scan, OrcShape& shape, std::size_t index) {
    const auto& column = scan.columns[index];
    const std::string type = sql::trino::engine_type(column.type);
    const std::size_t place = place_of(scan, shape.columns.names, index);
    if (place == npos) return "CAST(NULL AS " + type + ")";
    const auto& of_file = shape.columns.types.GetTypes()[place];
    std::string sql = converted("f" + std::to_string(place), of_file, column.type);
    if (!sql.empty()) return sql;
    const std::string message = "Malformed ORC file. Cannot read SQL type " + column.type.name() +
                                " from ORC stream ." + shape.columns.names[place] + " of type " +
                                orc_name(of_file) + " [" +
                                scan.files[shape.files.front().index].name + "]";
    return "CAST(tr_bad_data(" + sql::trino::quote_text(message) + ") AS " + type + ")";
}

}  // namespace

OrcShapes::OrcShapes(ScanState& state_) : state(state_) {}

OrcShapes::~OrcShapes() = default;

void OrcShapes::clear() { shapes.clear(); }

void add_orc_scan(duckdb::DatabaseInstance& database, OrcShapes& shapes) {
    duckdb::TableFunction function("freshet_orc", {duckdb::LogicalType::BIGINT}, scan, bind,
                                   init_shared, init_mine);
    function.projection_pushdown = true;
    function.get_partition_data = partition_data;
    function.function_info = duckdb::make_shared_ptr<Info>(shapes);
    duckdb::ExtensionLoader(database, "freshet_orc").RegisterFunction(std::move(function));
}

std::string orc_select(duckdb::Connection& connection, OrcShapes& shapes, std::size_t scan) {
    const std::size_t first = shapes.shapes.size();
    add_files(connection, shapes, scan, first);
    const ScanPlan& plan = shapes.state.plan->scans[scan];
    std::string all;
    for (std::size_t s = first; s < shapes.shapes.size(); ++s) {
        std::size_t key = 0;
        for (std::size_t i = 0; i < plan.columns.size(); ++i) {
            const std::string sql = plan.columns[i].is_partition_key
                                        ? "k" + std::to_string(key++)
                                        : column_sql(plan, *shapes.shapes[s], i);
            all += (i > 0         ? ", "
                    : all.empty() ? "SELECT "
                                  : " UNION ALL SELECT ") +
                   sql + " AS c" + std::to_string(i);
        }
        all += " FROM freshet_orc(" + std::to_string(s) + ")";
    }
    return all;
}

}  // namespace freshet::duck
