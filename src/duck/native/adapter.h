// Makes an engine function of a plain C++ function: `std::optional<std::string> f(std::string_view,
// int64_t)` becomes f(VARCHAR, BIGINT) -> VARCHAR. A NULL argument gives NULL without a call,
// nullopt gives NULL.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "duck/engine.h"

#include <duckdb/main/extension/extension_loader.hpp>

namespace freshet::duck {

/// VARBINARY.
struct Blob {
    std::string_view view;
};
struct OwnedBlob {
    std::string bytes;
};
using TextList = std::vector<std::optional<std::string>>;

namespace adapt {

template <class T>
struct Kind;
template <class T, duckdb::LogicalTypeId id>
struct PlainKind {
    using Stored = T;
    static duckdb::LogicalType type() { return id; }
    static T load(const T& stored) { return stored; }
    static void store(duckdb::Vector& out, duckdb::idx_t row, T value) {
        duckdb::FlatVector::GetData<T>(out)[row] = value;
    }
};
template <>
struct Kind<bool> : PlainKind<bool, duckdb::LogicalTypeId::BOOLEAN> {};
template <>
struct Kind<std::int8_t> : PlainKind<std::int8_t, duckdb::LogicalTypeId::TINYINT> {};
template <>
struct Kind<std::int16_t> : PlainKind<std::int16_t, duckdb::LogicalTypeId::SMALLINT> {};
template <>
struct Kind<std::int32_t> : PlainKind<std::int32_t, duckdb::LogicalTypeId::INTEGER> {};
template <>
struct Kind<std::int64_t> : PlainKind<std::int64_t, duckdb::LogicalTypeId::BIGINT> {};
template <>
struct Kind<float> : PlainKind<float, duckdb::LogicalTypeId::FLOAT> {};
template <>
struct Kind<double> : PlainKind<double, duckdb::LogicalTypeId::DOUBLE> {};
template <>
struct Kind<duckdb::timestamp_t>
    : PlainKind<duckdb::timestamp_t, duckdb::LogicalTypeId::TIMESTAMP> {};
template <>
struct Kind<duckdb::date_t> : PlainKind<duckdb::date_t, duckdb::LogicalTypeId::DATE> {};
template <>
struct Kind<duckdb::dtime_t> : PlainKind<duckdb::dtime_t, duckdb::LogicalTypeId::TIME> {};
/// A HUGEINT.
template <>
struct Kind<__int128> {
    using Stored = duckdb::hugeint_t;
    static duckdb::LogicalType type() { return duckdb::LogicalTypeId::HUGEINT; }
    static __int128 load(const duckdb::hugeint_t& stored) {
        return static_cast<__int128>((static_cast<unsigned __int128>(stored.upper) << 64U) |
                                     stored.lower);
    }
    static void store(duckdb::Vector& out, duckdb::idx_t row, __int128 value) {
        duckdb::hugeint_t made;
        made.upper = static_cast<std::int64_t>(value >> 64);
        made.lower = static_cast<std::uint64_t>(value);
        duckdb::FlatVector::GetData<duckdb::hugeint_t>(out)[row] = made;
    }
};
template <>
struct Kind<std::string_view> {
    using Stored = duckdb::string_t;
    static duckdb::LogicalType type() { return duckdb::LogicalTypeId::VARCHAR; }
    static std::string_view load(const duckdb::string_t& stored) {
        return {stored.GetData(), stored.GetSize()};
    }
};
template <>
struct Kind<Blob> {
    using Stored = duckdb::string_t;
    static duckdb::LogicalType type() { return duckdb::LogicalTypeId::BLOB; }
    static Blob load(const duckdb::string_t& stored) {
        return {{stored.GetData(), stored.GetSize()}};
    }
};
template <>
struct Kind<std::string> {
    static duckdb::LogicalType type() { return duckdb::LogicalTypeId::VARCHAR; }
    static void store(duckdb::Vector& out, duckdb::idx_t row, const std::string& value) {
        duckdb::FlatVector::GetData<duckdb::string_t>(out)[row] =
            duckdb::StringVector::AddString(out, value);
    }
};
template <>
struct Kind<OwnedBlob> {
    static duckdb::LogicalType type() { return duckdb::LogicalTypeId::BLOB; }
    static void store(duckdb::Vector& out, duckdb::idx_t row, const OwnedBlob& value) {
        duckdb::FlatVector::GetData<duckdb::string_t>(out)[row] =
            duckdb::StringVector::AddStringOrBlob(out, value.bytes);
    }
};
template <>
struct Kind<TextList> {
    static duckdb::LogicalType type() {
        return duckdb::LogicalType::LIST(duckdb::LogicalTypeId::VARCHAR);
    }
    static void store(duckdb::Vector& out, duckdb::idx_t row, const TextList& value) {
        const duckdb::idx_t start = duckdb::ListVector::GetListSize(out);
        duckdb::FlatVector::GetData<duckdb::list_entry_t>(out)[row] = {start, value.size()};
        for (const auto& item : value) {
            duckdb::ListVector::PushBack(
                out, item ? duckdb::Value(*item) : duckdb::Value(duckdb::LogicalTypeId::VARCHAR));
        }
    }
};
template <class T>
struct Kind<std::optional<T>> : Kind<T> {};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class R, class... A, std::size_t... I>
void run(R (*function)(A...), duckdb::DataChunk& arguments, duckdb::Vector& result,
         std::index_sequence<I...>) {
    const duckdb::idx_t count = arguments.size();
    duckdb::UnifiedVectorFormat formats[sizeof...(A)];
    (arguments.data[I].ToUnifiedFormat(count, formats[I]), ...);
    bool is_constant = true;
    for (const auto& column : arguments.data)
        is_constant = is_constant && column.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
    // a branch without rows raises nothing
    const duckdb::idx_t rows = is_constant ? std::min<duckdb::idx_t>(count, 1) : count;
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    for (duckdb::idx_t row = 0; row < rows; ++row) {
        const bool is_valid =
            (formats[I].validity.RowIsValid(formats[I].sel->get_index(row)) && ...);
        if (!is_valid) {
            duckdb::FlatVector::SetNull(result, row, true);
            continue;
        }
        R value =
            function(Kind<A>::load(duckdb::UnifiedVectorFormat::GetData<typename Kind<A>::Stored>(
                formats[I])[formats[I].sel->get_index(row)])...);
        if constexpr (IsOptional<R>::value) {
            if (value) {
                Kind<R>::store(result, row, *value);
            } else {
                duckdb::FlatVector::SetNull(result, row, true);
            }
        } else {
            Kind<R>::store(result, row, std::move(value));
        }
    }
    if (is_constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace adapt

/// Registers `function` as "tr_NAME"; a second one of the name is an overload.
template <class R, class... A>
void add_native(duckdb::ExtensionLoader& loader, const std::string& name, R (*function)(A...)) {
    duckdb::ScalarFunction made(
        "tr_" + name, {adapt::Kind<A>::type()...}, adapt::Kind<R>::type(),
        [function](duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
            adapt::run(function, arguments, result, std::index_sequence_for<A...>());
        });
    made.SetFallible();
    loader.RegisterFunction(std::move(made));
}

void add_numbers(duckdb::ExtensionLoader& loader);
void add_decimals(duckdb::ExtensionLoader& loader);
void add_casts(duckdb::ExtensionLoader& loader);
void add_text(duckdb::ExtensionLoader& loader);
void add_times(duckdb::ExtensionLoader& loader);
void add_date_patterns(duckdb::ExtensionLoader& loader);
void add_regexp(duckdb::ExtensionLoader& loader);
void add_json(duckdb::ExtensionLoader& loader);
void add_maps(duckdb::ExtensionLoader& loader);
void add_urls(duckdb::ExtensionLoader& loader);
void add_lists(duckdb::ExtensionLoader& loader);
void add_bytes(duckdb::ExtensionLoader& loader);
void add_zoned_times(duckdb::ExtensionLoader& loader);

}  // namespace freshet::duck
