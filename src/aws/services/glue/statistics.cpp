// Column statistics of tables and of partitions.
#include <algorithm>
#include <array>

#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;
using catalog::StatisticsKind;

constexpr std::array<std::pair<const char*, StatisticsKind>, 7> kinds{{
    {"BOOLEAN", StatisticsKind::boolean},
    {"DATE", StatisticsKind::date},
    {"DECIMAL", StatisticsKind::decimal},
    {"DOUBLE", StatisticsKind::real},
    {"LONG", StatisticsKind::integer},
    {"STRING", StatisticsKind::text},
    {"BINARY", StatisticsKind::binary},
}};

std::optional<catalog::Decimal> decimal_of(const std::optional<DecimalNumber>& in) {
    if (!in) return std::nullopt;
    return catalog::Decimal{std::string(in->unscaled_value.view()), in->scale};
}

std::optional<DecimalNumber> decimal_output(const std::optional<catalog::Decimal>& in) {
    if (!in) return std::nullopt;
    DecimalNumber out;
    out.unscaled_value = Bytes::copy(in->unscaled);
    out.scale = in->scale;
    return out;
}

std::optional<std::int64_t> ms_of(const std::optional<Timestamp>& in) {
    return in ? std::optional(to_epoch_ms(*in)) : std::nullopt;
}

std::optional<Timestamp> time_of(const std::optional<std::int64_t>& ms) {
    return ms ? std::optional(from_epoch_ms(*ms)) : std::nullopt;
}

void take(const BooleanColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.trues = in.number_of_trues;
    out.falses = in.number_of_falses;
    out.nulls = in.number_of_nulls;
}
void take(const DateColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.low = ms_of(in.minimum_value);
    out.high = ms_of(in.maximum_value);
    out.nulls = in.number_of_nulls;
    out.distinct = in.number_of_distinct_values;
}
void take(const DecimalColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.low_decimal = decimal_of(in.minimum_value);
    out.high_decimal = decimal_of(in.maximum_value);
    out.nulls = in.number_of_nulls;
    out.distinct = in.number_of_distinct_values;
}
void take(const DoubleColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.low_real = in.minimum_value;
    out.high_real = in.maximum_value;
    out.nulls = in.number_of_nulls;
    out.distinct = in.number_of_distinct_values;
}
void take(const LongColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.low = in.minimum_value;
    out.high = in.maximum_value;
    out.nulls = in.number_of_nulls;
    out.distinct = in.number_of_distinct_values;
}
void take(const StringColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.longest = in.maximum_length;
    out.average_length = in.average_length.value_or(0);
    out.nulls = in.number_of_nulls;
    out.distinct = in.number_of_distinct_values;
}
void take(const BinaryColumnStatisticsData& in, catalog::ColumnStatistics& out) {
    out.longest = in.maximum_length;
    out.average_length = in.average_length.value_or(0);
    out.nulls = in.number_of_nulls;
}

/// From the structure of the kind; false when it is missing.
bool take(const ColumnStatisticsData& data, catalog::ColumnStatistics& out) {
    const auto taken = [&](const auto& part) {
        if (part) take(*part, out);
        return part.has_value();
    };
    switch (out.kind) {
        case StatisticsKind::boolean:
            return taken(data.boolean_column_statistics_data);
        case StatisticsKind::date:
            return taken(data.date_column_statistics_data);
        case StatisticsKind::decimal:
            return taken(data.decimal_column_statistics_data);
        case StatisticsKind::real:
            return taken(data.double_column_statistics_data);
        case StatisticsKind::integer:
            return taken(data.long_column_statistics_data);
        case StatisticsKind::text:
            return taken(data.string_column_statistics_data);
        case StatisticsKind::binary:
            return taken(data.binary_column_statistics_data);
    }
    return false;
}

/// Nothing when the structure that Type names is missing.
std::optional<catalog::ColumnStatistics> statistics_of(const ColumnStatistics& in) {
    catalog::ColumnStatistics out;
    out.column = in.column_name;
    out.column_type = in.column_type;
    out.analyzed = in.analyzed_time;
    const ColumnStatisticsData& data = in.statistics_data;
    const auto kind =
        std::ranges::find_if(kinds, [&](const auto& known) { return data.type == known.first; });
    out.kind = kind == kinds.end() ? StatisticsKind::text : kind->second;
    return take(data, out) ? std::optional(std::move(out)) : std::nullopt;
}

ColumnStatisticsData data_output(const catalog::ColumnStatistics& in) {
    ColumnStatisticsData out;
    for (const auto& [name, kind] : kinds) {
        if (kind == in.kind) out.type = name;
    }
    switch (in.kind) {
        case StatisticsKind::boolean:
            out.boolean_column_statistics_data =
                BooleanColumnStatisticsData{in.trues, in.falses, in.nulls};
            break;
        case StatisticsKind::date:
            out.date_column_statistics_data =
                DateColumnStatisticsData{time_of(in.low), time_of(in.high), in.nulls, in.distinct};
            break;
        case StatisticsKind::decimal:
            out.decimal_column_statistics_data =
                DecimalColumnStatisticsData{decimal_output(in.low_decimal),
                                            decimal_output(in.high_decimal), in.nulls, in.distinct};
            break;
        case StatisticsKind::real:
            out.double_column_statistics_data =
                DoubleColumnStatisticsData{in.low_real, in.high_real, in.nulls, in.distinct};
            break;
        case StatisticsKind::integer:
            out.long_column_statistics_data =
                LongColumnStatisticsData{in.low, in.high, in.nulls, in.distinct};
            break;
        case StatisticsKind::text:
            out.string_column_statistics_data =
                StringColumnStatisticsData{in.longest, in.average_length, in.nulls, in.distinct};
            break;
        case StatisticsKind::binary:
            out.binary_column_statistics_data =
                BinaryColumnStatisticsData{in.longest, in.average_length, in.nulls};
            break;
    }
    return out;
}

ColumnStatistics statistics_output(const catalog::ColumnStatistics& in) {
    ColumnStatistics out;
    out.column_name = in.column;
    out.column_type = in.column_type;
    out.analyzed_time = in.analyzed;
    out.statistics_data = data_output(in);
    return out;
}

template <class Request>
catalog::Catalog::Measured measured(const Request& request) {
    catalog::Catalog::Measured of{request.database_name, request.table_name, std::nullopt};
    if constexpr (requires { request.partition_values; }) of.values = request.partition_values;
    return of;
}

/// Of a table and of a partition the same, but for the values that the request names.
class Handlers {
  public:
    explicit Handlers(catalog::Catalog& catalog) : catalog_(catalog) {}

    template <class Op>
    io::Task<Answer<typename Op::Output>> update(Caller caller, typename Op::Input input) {
        typename Op::Output out;
        out.errors.emplace();
        std::vector<catalog::ColumnStatistics> all;
        for (ColumnStatistics& one : input.column_statistics_list) {
            if (auto good = statistics_of(one)) {
                all.push_back(std::move(*good));
                continue;
            }
            ColumnStatisticsError& error = out.errors->emplace_back();
            error.error =
                ErrorDetail{"InvalidInputException",
                            "StatisticsData has no data of its Type " + one.statistics_data.type};
            error.column_statistics = std::move(one);
        }
        auto done =
            co_await catalog_.set_statistics(caller.home(), measured(input), std::move(all));
        if (!done) co_return refuse(done.error());
        co_return out;
    }

    template <class Op>
    io::Task<Answer<typename Op::Output>> get(Caller caller, typename Op::Input input) {
        auto found = co_await catalog_.statistics(caller.home(), measured(input));
        if (!found) co_return refuse(found.error());
        typename Op::Output out;
        out.column_statistics_list.emplace();
        out.errors.emplace();
        for (const std::string& name : input.column_names) {
            const auto one = std::ranges::find(*found, catalog::folded(name),
                                               &catalog::ColumnStatistics::column);
            if (one != found->end()) {
                out.column_statistics_list->push_back(statistics_output(*one));
                continue;
            }
            ColumnError& error = out.errors->emplace_back();
            error.column_name = name;
            error.error =
                ErrorDetail{"EntityNotFoundException", "Column " + name + " has no statistics."};
        }
        co_return out;
    }

    template <class Op>
    io::Task<Answer<typename Op::Output>> remove(Caller caller, typename Op::Input input) {
        auto done =
            co_await catalog_.drop_statistics(caller.home(), measured(input), input.column_name);
        if (!done) co_return refuse(done.error());
        co_return typename Op::Output{};
    }

  private:
    catalog::Catalog& catalog_;
};

}  // namespace

void register_statistics(Router& router, catalog::Catalog& catalog) {
    io::Core& home = catalog.home();
    auto h = std::make_shared<Handlers>(catalog);
    on<UpdateColumnStatisticsForTableOp>(router, home, h,
                                         &Handlers::update<UpdateColumnStatisticsForTableOp>);
    on<UpdateColumnStatisticsForPartitionOp>(
        router, home, h, &Handlers::update<UpdateColumnStatisticsForPartitionOp>);
    on<GetColumnStatisticsForTableOp>(router, home, h,
                                      &Handlers::get<GetColumnStatisticsForTableOp>);
    on<GetColumnStatisticsForPartitionOp>(router, home, h,
                                          &Handlers::get<GetColumnStatisticsForPartitionOp>);
    on<DeleteColumnStatisticsForTableOp>(router, home, h,
                                         &Handlers::remove<DeleteColumnStatisticsForTableOp>);
    on<DeleteColumnStatisticsForPartitionOp>(
        router, home, h, &Handlers::remove<DeleteColumnStatisticsForPartitionOp>);
}

}  // namespace freshet::aws::glue_words
