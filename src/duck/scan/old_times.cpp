#include "duck/scan/old_times.h"

#include <algorithm>

namespace freshet::duck {
namespace {

using duckdb::FlatVector;
using sql::trino::Type;
using sql::trino::TypeKind;

constexpr std::int64_t second_micros = 1'000'000;

bool has_in_list(duckdb::Vector& values, duckdb::idx_t row, const auto& has) {
    const auto entry = FlatVector::GetData<duckdb::list_entry_t>(values)[row];
    for (auto at = entry.offset; at < entry.offset + entry.length; ++at) {
        if (has(duckdb::ListVector::GetEntry(values), at)) return true;
    }
    return false;
}

bool has_in_fields(const Type& type, duckdb::Vector& values, duckdb::idx_t row) {
    auto& fields = duckdb::StructVector::GetEntries(values);
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        if (has_old_fraction(type.arguments[i], *fields[i], row)) return true;
    }
    return false;
}

}  // namespace

bool holds_timestamps(const Type& type) {
    return type.is(TypeKind::timestamp) || std::ranges::any_of(type.arguments, holds_timestamps);
}

bool has_old_fraction(const Type& type, duckdb::Vector& values, duckdb::idx_t row) {
    if (FlatVector::IsNull(values, row)) return false;
    if (type.is(TypeKind::timestamp)) {
        const std::int64_t micros = FlatVector::GetData<duckdb::timestamp_t>(values)[row].value;
        return micros < 0 && micros % second_micros != 0;
    }
    if (type.is(TypeKind::array))
        return has_in_list(values, row, [&](duckdb::Vector& items, duckdb::idx_t at) {
            return has_old_fraction(type.arguments[0], items, at);
        });
    if (type.is(TypeKind::map))
        return has_in_list(values, row, [&](duckdb::Vector& pairs, duckdb::idx_t at) {
            return has_in_fields(type, pairs, at);
        });
    return type.is(TypeKind::row) && has_in_fields(type, values, row);
}

}  // namespace freshet::duck
