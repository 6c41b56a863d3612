// Maps: map_agg() keeps the first value of a key, where DuckDB refuses a key that comes twice.
#include <duckdb/common/types/value_map.hpp>

#include "duck/native/adapter.h"

namespace freshet::duck {
namespace {

/// Of each list of {key, value}, the entries whose key did not come before.
void first_of_keys(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
    const duckdb::idx_t rows = arguments.size();
    duckdb::Vector& lists = arguments.data[0];
    lists.Flatten(rows);
    duckdb::Vector& entries = duckdb::ListVector::GetEntry(lists);
    entries.Flatten(duckdb::ListVector::GetListSize(lists));
    const duckdb::Vector& keys = *duckdb::StructVector::GetEntries(entries)[0];
    const auto* from = duckdb::FlatVector::GetData<duckdb::list_entry_t>(lists);
    auto* to = duckdb::FlatVector::GetData<duckdb::list_entry_t>(result);
    std::vector<duckdb::sel_t> kept;
    for (duckdb::idx_t row = 0; row < rows; ++row) {
        if (duckdb::FlatVector::IsNull(lists, row)) {
            duckdb::FlatVector::SetNull(result, row, true);
            continue;
        }
        to[row].offset = kept.size();
        duckdb::value_set_t seen;
        for (duckdb::idx_t i = from[row].offset; i < from[row].offset + from[row].length; ++i) {
            if (seen.insert(keys.GetValue(i)).second) kept.push_back(static_cast<duckdb::sel_t>(i));
        }
        to[row].length = kept.size() - to[row].offset;
    }
    duckdb::ListVector::Append(result, entries, duckdb::SelectionVector(kept.data()), kept.size());
}

duckdb::unique_ptr<duckdb::FunctionData> bind(
    duckdb::ClientContext&, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    function.arguments[0] = arguments[0]->return_type;
    function.SetReturnType(arguments[0]->return_type);
    return nullptr;
}

}  // namespace

void add_maps(duckdb::ExtensionLoader& loader) {
    loader.RegisterFunction(duckdb::ScalarFunction(
        "tr_first_of_keys", {duckdb::LogicalType::LIST(duckdb::LogicalType::ANY)},
        duckdb::LogicalType::LIST(duckdb::LogicalType::ANY), first_of_keys, bind));
}

}  // namespace freshet::duck
