// Functions of lists of any type, value by value. A NULL argument gives NULL.
#include <algorithm>
#include <cmath>
#include <random>

#include <duckdb/common/types/value_map.hpp>

#include "duck/native/adapter.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using duckdb::LogicalType;
using duckdb::Value;
using Arguments = std::vector<Value>;
using Types = duckdb::vector<LogicalType>;

/// Of a row of values, the result of the type given.
using Function = Value (*)(const Arguments& arguments, const LogicalType& type);
using ResultType = LogicalType (*)(const Types& arguments);

const duckdb::vector<Value>& items(const Value& list) {
    return duckdb::ListValue::GetChildren(list);
}

/// A volatile function is called for each row, also of constants.
void run(Function function, bool is_volatile, duckdb::DataChunk& chunk, duckdb::Vector& result) {
    bool is_constant = !is_volatile;
    for (const auto& column : chunk.data)
        is_constant = is_constant && column.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
    const duckdb::idx_t rows =
        is_constant ? std::min<duckdb::idx_t>(chunk.size(), 1) : chunk.size();
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    for (duckdb::idx_t row = 0; row < rows; ++row) {
        Arguments arguments;
        bool has_null = false;
        for (const auto& column : chunk.data) {
            arguments.push_back(column.GetValue(row));
            has_null = has_null || arguments.back().IsNull();
        }
        if (has_null) {
            duckdb::FlatVector::SetNull(result, row, true);
        } else {
            result.SetValue(row, function(arguments, result.GetType()));
        }
    }
    if (is_constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <ResultType result_type>
duckdb::unique_ptr<duckdb::FunctionData> bind(
    duckdb::ClientContext&, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i)
        function.arguments[i] = arguments[i]->return_type;
    function.SetReturnType(result_type(function.arguments));
    return nullptr;
}

template <ResultType result_type>
void add(duckdb::ExtensionLoader& loader, const char* name, Types types, Function function,
         bool is_volatile = false) {
    duckdb::ScalarFunction made(
        std::string("tr_") + name, std::move(types), LogicalType::ANY,
        [function, is_volatile](duckdb::DataChunk& chunk, duckdb::ExpressionState&,
                                duckdb::Vector& result) {
            run(function, is_volatile, chunk, result);
        },
        bind<result_type>);
    made.SetFallible();
    if (is_volatile) made.SetVolatile();
    loader.RegisterFunction(std::move(made));
}

LogicalType as_first(const Types& types) { return types[0]; }
LogicalType as_bool(const Types&) { return LogicalType::BOOLEAN; }
LogicalType as_text(const Types&) { return LogicalType::VARCHAR; }
LogicalType lists_of_first(const Types& types) { return LogicalType::LIST(types[0]); }
LogicalType counts_of_first(const Types& types) {
    return LogicalType::LIST(LogicalType::STRUCT(
        {{"key", duckdb::ListType::GetChildType(types[0])}, {"value", LogicalType::BIGINT}}));
}
/// Of {key, value}s, {key, list of values}s.
LogicalType groups_of_first(const Types& types) {
    const auto& entry = duckdb::ListType::GetChildType(types[0]);
    return LogicalType::LIST(LogicalType::STRUCT(
        {{"key", duckdb::StructType::GetChildType(entry, 0)},
         {"value", LogicalType::LIST(duckdb::StructType::GetChildType(entry, 1))}}));
}

Value list_of(const LogicalType& type, duckdb::vector<Value> values) {
    return Value::LIST(duckdb::ListType::GetChildType(type), std::move(values));
}

/// The values that `keeps`, each once.
template <class Keeps>
void add_once(const Value& list, duckdb::value_set_t& seen, duckdb::vector<Value>& made,
              Keeps keeps) {
    for (const Value& item : items(list)) {
        if (keeps(item) && seen.insert(item).second) made.push_back(item);
    }
}
duckdb::value_set_t set_of(const Value& list) { return {items(list).begin(), items(list).end()}; }
constexpr auto any_value = [](const Value&) { return true; };

Value distinct(const Arguments& a, const LogicalType& type) {
    duckdb::value_set_t seen;
    duckdb::vector<Value> made;
    add_once(a[0], seen, made, any_value);
    return list_of(type, std::move(made));
}
Value union_of(const Arguments& a, const LogicalType& type) {
    duckdb::value_set_t seen;
    duckdb::vector<Value> made;
    add_once(a[0], seen, made, any_value);
    add_once(a[1], seen, made, any_value);
    return list_of(type, std::move(made));
}
/// In the order of the longer one.
Value intersect(const Arguments& a, const LogicalType& type) {
    const bool is_first_longer = items(a[0]).size() >= items(a[1]).size();
    const auto shorter = set_of(a[is_first_longer ? 1 : 0]);
    duckdb::value_set_t seen;
    duckdb::vector<Value> made;
    add_once(a[is_first_longer ? 0 : 1], seen, made,
             [&](const Value& item) { return shorter.contains(item); });
    return list_of(type, std::move(made));
}
Value except(const Arguments& a, const LogicalType& type) {
    const auto others = set_of(a[1]);
    duckdb::value_set_t seen;
    duckdb::vector<Value> made;
    add_once(a[0], seen, made, [&](const Value& item) { return !others.contains(item); });
    return list_of(type, std::move(made));
}
Value overlap(const Arguments& a, const LogicalType&) {
    if (items(a[0]).empty() || items(a[1]).empty()) return Value::BOOLEAN(false);
    const auto others = set_of(a[1]);
    bool has_null = std::ranges::any_of(items(a[1]), [](const Value& v) { return v.IsNull(); });
    for (const Value& item : items(a[0])) {
        if (item.IsNull()) {
            has_null = true;
        } else if (others.contains(item)) {
            return Value::BOOLEAN(true);
        }
    }
    return has_null ? Value(LogicalType::BOOLEAN) : Value::BOOLEAN(false);
}
Value contains_sequence(const Arguments& a, const LogicalType&) {
    const auto found = std::ranges::search(
        items(a[0]), items(a[1]),
        [](const Value& x, const Value& y) { return Value::NotDistinctFrom(x, y); });
    return Value::BOOLEAN(items(a[1]).empty() || !found.empty());
}

Value histogram(const Arguments& a, const LogicalType& type) {
    duckdb::value_map_t<std::size_t> places;
    duckdb::vector<Value> keys;
    std::vector<std::int64_t> counts;
    for (const Value& item : items(a[0])) {
        if (item.IsNull()) continue;
        const auto [at, is_new] = places.emplace(item, keys.size());
        if (is_new) {
            keys.push_back(item);
            counts.push_back(0);
        }
        ++counts[at->second];
    }
    duckdb::vector<Value> made;
    for (std::size_t i = 0; i < keys.size(); ++i)
        made.push_back(Value::STRUCT({{"key", keys[i]}, {"value", Value::BIGINT(counts[i])}}));
    return list_of(type, std::move(made));
}
Value grouped(const Arguments& a, const LogicalType& type) {
    duckdb::value_map_t<std::size_t> places;
    duckdb::vector<Value> keys;
    std::vector<duckdb::vector<Value>> values;
    for (const Value& entry : items(a[0])) {
        const auto& pair = duckdb::StructValue::GetChildren(entry);
        if (pair[0].IsNull())
            raise(sql::ErrorCode::invalid_function_argument, "map key cannot be null");
        const auto [at, is_new] = places.emplace(pair[0], keys.size());
        if (is_new) {
            keys.push_back(pair[0]);
            values.emplace_back();
        }
        values[at->second].push_back(pair[1]);
    }
    const auto& entry_type = duckdb::ListType::GetChildType(type);
    const auto& value_type =
        duckdb::ListType::GetChildType(duckdb::StructType::GetChildType(entry_type, 1));
    duckdb::vector<Value> made;
    for (std::size_t i = 0; i < keys.size(); ++i)
        made.push_back(Value::STRUCT(
            {{"key", keys[i]}, {"value", Value::LIST(value_type, std::move(values[i]))}}));
    return list_of(type, std::move(made));
}
/// The entries themselves, when a map of them is one.
Value map_entries(const Arguments& a, const LogicalType&) {
    duckdb::value_set_t seen;
    for (const Value& entry : items(a[0])) {
        if (entry.IsNull())
            raise(sql::ErrorCode::invalid_function_argument, "map entry cannot be null");
        const Value& key = duckdb::StructValue::GetChildren(entry)[0];
        if (key.IsNull())
            raise(sql::ErrorCode::invalid_function_argument, "map key cannot be null");
        if (!seen.insert(key).second)
            raise(sql::ErrorCode::invalid_function_argument,
                  "Duplicate map keys (" + key.ToString() + ") are not allowed");
    }
    return a[0];
}

Value join(const Arguments& a, const LogicalType&) {
    std::string made;
    bool is_first = true;
    for (const Value& item : items(a[0])) {
        if (item.IsNull() && a.size() < 3) continue;
        if (!is_first) made += duckdb::StringValue::Get(a[1]);
        made += duckdb::StringValue::Get(item.IsNull() ? a[2] : item);
        is_first = false;
    }
    return Value(made);
}

/// "a=1,b=2" as {key, value}s.
Value split_entries(const Arguments& a, const LogicalType& type) {
    const auto& by = duckdb::StringValue::Get(a[1]);
    const auto& between = duckdb::StringValue::Get(a[2]);
    std::string_view text = duckdb::StringValue::Get(a[0]);
    if (by.empty()) raise(sql::ErrorCode::invalid_function_argument, "entryDelimiter is empty");
    if (between.empty())
        raise(sql::ErrorCode::invalid_function_argument, "keyValueDelimiter is empty");
    if (by == between)
        raise(sql::ErrorCode::invalid_function_argument,
              "entryDelimiter and keyValueDelimiter must not be the same");
    duckdb::vector<Value> made;
    while (!text.empty()) {
        const auto end = text.find(by);
        const std::string_view entry = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + by.size());
        const auto at = entry.find(between);
        if (at == std::string_view::npos)
            raise(sql::ErrorCode::invalid_function_argument,
                  "Key-value delimiter must appear exactly once in each entry. Bad input: '" +
                      std::string(entry) + "'");
        const std::string_view value = entry.substr(at + between.size());
        if (value.find(between) != std::string_view::npos)
            raise(sql::ErrorCode::invalid_function_argument,
                  "Key-value delimiter must appear exactly once in each entry. Bad input: '" +
                      std::string(entry) + "'");
        made.push_back(Value::STRUCT({{"key", Value(std::string(entry.substr(0, at)))},
                                      {"value", Value(std::string(value))}}));
    }
    return list_of(type, std::move(made));
}
LogicalType text_entries(const Types&) {
    return LogicalType::LIST(
        LogicalType::STRUCT({{"key", LogicalType::VARCHAR}, {"value", LogicalType::VARCHAR}}));
}

Value shuffled(const Arguments& a, const LogicalType& type) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    duckdb::vector<Value> made = items(a[0]);
    std::ranges::shuffle(made, random);
    return list_of(type, std::move(made));
}

constexpr std::int64_t combination_size_max = 5;
constexpr std::size_t combined_elements_max = 100'000;

/// In the order of their last elements.
Value combinations(const Arguments& a, const LogicalType& type) {
    const auto size = a[1].GetValue<std::int64_t>();
    if (size < 0)
        raise(sql::ErrorCode::invalid_function_argument,
              "combination size must not be negative: " + std::to_string(size));
    if (size > combination_size_max)
        raise(sql::ErrorCode::invalid_function_argument, "combination size must not exceed " +
                                                             std::to_string(combination_size_max) +
                                                             ": " + std::to_string(size));
    const auto& from = items(a[0]);
    const auto n = static_cast<std::size_t>(size);
    duckdb::vector<Value> made;
    if (n > from.size()) return list_of(type, std::move(made));
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < n; ++i) chosen.push_back(i);
    chosen.push_back(from.size());
    for (bool has_more = true; has_more;) {
        duckdb::vector<Value> one;
        for (std::size_t i = 0; i < n; ++i) one.push_back(from[chosen[i]]);
        made.push_back(Value::LIST(duckdb::ListType::GetChildType(a[0].type()), std::move(one)));
        if (made.size() * n > combined_elements_max)
            raise(sql::ErrorCode::invalid_function_argument,
                  "combinations exceed max size of " + std::to_string(combined_elements_max) +
                      " elements");
        has_more = false;
        for (std::size_t i = 0; i < n && !has_more; ++i) {
            if (chosen[i] + 1 >= chosen[i + 1]) continue;
            ++chosen[i];
            for (std::size_t before = 0; before < i; ++before) chosen[before] = before;
            has_more = true;
        }
    }
    return list_of(type, std::move(made));
}
Value ngrams(const Arguments& a, const LogicalType& type) {
    const auto n = a[1].GetValue<std::int64_t>();
    if (n <= 0) raise(sql::ErrorCode::invalid_function_argument, "N must be positive");
    const auto& from = items(a[0]);
    const std::size_t size = std::min(from.size(), static_cast<std::size_t>(n));
    if ((from.size() - size + 1) * size > combined_elements_max)
        raise(sql::ErrorCode::invalid_function_argument,
              "ngrams exceed max size of " + std::to_string(combined_elements_max) + " elements");
    duckdb::vector<Value> made;
    for (std::size_t at = 0; at + size <= from.size(); ++at) {
        duckdb::vector<Value> one;
        for (std::size_t i = 0; i < size; ++i) one.push_back(from[at + i]);
        made.push_back(Value::LIST(duckdb::ListType::GetChildType(a[0].type()), std::move(one)));
    }
    return list_of(type, std::move(made));
}

LogicalType as_double(const Types&) { return LogicalType::DOUBLE; }
LogicalType as_bigint(const Types&) { return LogicalType::BIGINT; }

/// Two vectors of one length; nullopt when an element is NULL.
std::optional<std::pair<std::vector<double>, std::vector<double>>> vectors(const Arguments& a) {
    std::pair<std::vector<double>, std::vector<double>> made;
    if (items(a[0]).size() != items(a[1]).size())
        raise(sql::ErrorCode::invalid_function_argument, "The arguments must have the same length");
    for (std::size_t i = 0; i < items(a[0]).size(); ++i) {
        if (items(a[0])[i].IsNull() || items(a[1])[i].IsNull()) return std::nullopt;
        made.first.push_back(items(a[0])[i].GetValue<double>());
        made.second.push_back(items(a[1])[i].GetValue<double>());
    }
    return made;
}
double product(const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    return sum;
}
Value similarity(const Arguments& a, double (*of)(double)) {
    const auto both = vectors(a);
    if (!both) return Value(LogicalType::DOUBLE);
    const auto& [x, y] = *both;
    const double size_of_x = product(x, x), size_of_y = product(y, y);
    if (size_of_x == 0 || size_of_y == 0)
        raise(sql::ErrorCode::invalid_function_argument, "Vector magnitude cannot be zero");
    return Value::DOUBLE(of(product(x, y) / (std::sqrt(size_of_x) * std::sqrt(size_of_y))));
}
Value cosine_similarity(const Arguments& a, const LogicalType&) {
    return similarity(a, [](double x) { return x; });
}
Value cosine_distance(const Arguments& a, const LogicalType&) {
    return similarity(a, [](double x) { return 1.0 - x; });
}
Value dot_product(const Arguments& a, const LogicalType&) {
    const auto both = vectors(a);
    return both ? Value::DOUBLE(product(both->first, both->second)) : Value(LogicalType::DOUBLE);
}
Value euclidean_distance(const Arguments& a, const LogicalType&) {
    const auto both = vectors(a);
    if (!both) return Value(LogicalType::DOUBLE);
    double sum = 0;
    for (std::size_t i = 0; i < both->first.size(); ++i) {
        const double d = both->first[i] - both->second[i];
        sum += d * d;
    }
    return Value::DOUBLE(std::sqrt(sum));
}

/// How many of the rising numbers are not above a value.
Value width_bucket(const Arguments& a, const LogicalType&) {
    const auto x = a[0].GetValue<double>();
    const auto& bins = items(a[1]);
    if (bins.empty())
        raise(sql::ErrorCode::invalid_function_argument, "Bins cannot be an empty array");
    if (std::isnan(x)) raise(sql::ErrorCode::invalid_function_argument, "Operand cannot be NaN");
    std::int64_t bucket = 0;
    double before = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        if (bins[i].IsNull())
            raise(sql::ErrorCode::invalid_function_argument, "Bin values cannot be NULL");
        const auto bin = bins[i].GetValue<double>();
        if (!std::isfinite(bin))
            raise(sql::ErrorCode::invalid_function_argument,
                  "Bin value must be finite, got " + std::to_string(bin));
        if (i > 0 && bin <= before)
            raise(sql::ErrorCode::invalid_function_argument,
                  "Bin values are not sorted in ascending order");
        if (x >= bin) ++bucket;
        before = bin;
    }
    return Value::BIGINT(bucket);
}

}  // namespace

void add_lists(duckdb::ExtensionLoader& loader) {
    const LogicalType list = LogicalType::LIST(LogicalType::ANY),
                      texts = LogicalType::LIST(LogicalType::VARCHAR),
                      numbers = LogicalType::LIST(LogicalType::DOUBLE);
    add<as_first>(loader, "array_distinct", {list}, distinct);
    add<as_first>(loader, "array_union", {list, list}, union_of);
    add<as_first>(loader, "array_intersect", {list, list}, intersect);
    add<as_first>(loader, "array_except", {list, list}, except);
    add<as_bool>(loader, "arrays_overlap", {list, list}, overlap);
    add<as_bool>(loader, "contains_sequence", {list, list}, contains_sequence);
    add<counts_of_first>(loader, "array_histogram", {list}, histogram);
    add<groups_of_first>(loader, "grouped_entries", {list}, grouped);
    add<as_first>(loader, "map_entries", {list}, map_entries);
    add<as_text>(loader, "array_join", {texts, LogicalType::VARCHAR}, join);
    add<as_text>(loader, "array_join", {texts, LogicalType::VARCHAR, LogicalType::VARCHAR}, join);
    add<text_entries>(loader, "split_entries",
                      {LogicalType::VARCHAR, LogicalType::VARCHAR, LogicalType::VARCHAR},
                      split_entries);
    add<as_first>(loader, "shuffle", {list}, shuffled, true);
    add<lists_of_first>(loader, "combinations", {list, LogicalType::BIGINT}, combinations);
    add<lists_of_first>(loader, "ngrams", {list, LogicalType::BIGINT}, ngrams);
    add<as_double>(loader, "cosine_similarity", {numbers, numbers}, cosine_similarity);
    add<as_double>(loader, "cosine_distance", {numbers, numbers}, cosine_distance);
    add<as_double>(loader, "dot_product", {numbers, numbers}, dot_product);
    add<as_double>(loader, "euclidean_distance", {numbers, numbers}, euclidean_distance);
    add<as_bigint>(loader, "width_bucket_of", {LogicalType::DOUBLE, numbers}, width_bucket);
}

}  // namespace freshet::duck
