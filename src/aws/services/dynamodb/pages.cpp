// Query and Scan.
#include <fmt/format.h>

#include "aws/services/dynamodb/dynamodb.h"
#include "aws/services/dynamodb/words.h"
#include "tables/expression/legacy.h"

namespace freshet::aws {
namespace {

using namespace dynamodb;
namespace domain = tables;

using Filter = std::optional<std::vector<std::pair<std::string, dynamodb::Condition>>>;

Answer<std::optional<domain::Condition>> filter_of(const Filter& given,
                                                   const std::optional<std::string>& how) {
    if (!given) return std::optional<domain::Condition>();
    std::vector<domain::Demand> demands;
    for (const auto& [name, one] : *given) {
        domain::Demand& demand = demands.emplace_back();
        demand.attribute = name;
        demand.comparison = one.comparison_operator;
        auto operands = values_of(one.attribute_value_list);
        if (!operands) return pass(operands);
        demand.operands = std::move(*operands);
    }
    auto condition = domain::condition_of(demands, how == "OR");
    if (!condition) return refuse(condition.error());
    return std::optional(std::move(*condition));
}

/// A request on its way: what the service is asked, and what of its answer is shown.
struct Asked {
    domain::PageRequest page;
    std::optional<std::vector<domain::Path>> paths;
    bool wants_only_count = false;
};

/// What Query and Scan have alike.
template <class Request>
Answer<Asked> asked_of(const Caller& caller, const Request& request, Expressions& with,
                       const Filter& legacy_filter) {
    Asked out;
    out.page.table = table_key(caller, request.table_name);
    out.page.index = request.index_name.value_or("");
    out.page.is_consistent = request.consistent_read.value_or(false);
    auto filter = with.condition("FilterExpression", request.filter_expression);
    if (filter && !request.filter_expression)
        filter = filter_of(legacy_filter, request.conditional_operator);
    if (!filter) return pass(filter);
    out.page.filter = std::move(*filter);
    auto paths = with.projection(request.projection_expression);
    if (!paths) return pass(paths);
    out.paths = *paths ? std::move(*paths) : paths_of(request.attributes_to_get);
    if (request.limit) out.page.limit = static_cast<std::size_t>(*request.limit);
    if (request.exclusive_start_key) {
        auto start = item_of(*request.exclusive_start_key);
        if (!start) return pass(start);
        out.page.start = std::move(*start);
    }
    const std::string select = request.select.value_or("");
    out.wants_only_count = select == "COUNT";
    out.page.wants_all_attributes = select == "ALL_ATTRIBUTES";
    if (select == "ALL_PROJECTED_ATTRIBUTES" && out.page.index.empty())
        return invalid(
            "One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only "
            "when Querying using an IndexName");
    if (select == "SPECIFIC_ATTRIBUTES" && !out.paths)
        return invalid(
            "One or more parameter values were invalid: Must specify the AttributesToGet or "
            "ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
    if (!select.empty() && select != "SPECIFIC_ATTRIBUTES" && out.paths)
        return invalid(fmt::format(
            "One or more parameter values were invalid: Cannot specify the AttributesToGet or "
            "ProjectionExpression when choosing to get {}",
            select));
    return out;
}

template <class Output, class Request>
Output output_of(const Request& request, const Asked& asked, domain::Page page) {
    Output out;
    out.count = static_cast<std::int32_t>(page.items.size());
    out.scanned_count = static_cast<std::int32_t>(page.scanned);
    if (!asked.wants_only_count) {
        auto& items = out.items.emplace();
        for (const domain::Item& item : page.items)
            items.push_back(wire_of(asked.paths ? domain::pick(item, *asked.paths) : item));
    }
    if (page.last) out.last_evaluated_key = wire_of(*page.last);
    const double units = read_units(page.bytes, asked.page.is_consistent);
    const bool is_by_index = !asked.page.index.empty();
    std::vector<std::pair<std::string, double>> of_index;
    if (is_by_index) of_index.emplace_back(asked.page.index, units);
    out.consumed_capacity = consumed(request.return_consumed_capacity, asked.page.table.name,
                                     is_by_index ? 0 : units, of_index);
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Tables& tables) : tables_(tables) {}

    io::Task<Answer<QueryOutput>> query(Caller caller, QueryInput request) {
        auto asked = asked_in(caller, request);
        if (!asked) co_return pass(asked);
        auto page = co_await tables_.page(asked->page);
        if (!page) co_return refuse(page.error());
        co_return output_of<QueryOutput>(request, *asked, std::move(*page));
    }

    io::Task<Answer<ScanOutput>> scan(Caller caller, ScanInput request) {
        auto asked = asked_in(caller, request);
        if (!asked) co_return pass(asked);
        auto page = co_await tables_.page(asked->page);
        if (!page) co_return refuse(page.error());
        co_return output_of<ScanOutput>(request, *asked, std::move(*page));
    }

  private:
    static Answer<Asked> asked_in(const Caller& caller, const QueryInput& request) {
        auto with =
            Expressions::of(request.expression_attribute_names, request.expression_attribute_values,
                            {{"FilterExpression", &request.filter_expression},
                             {"KeyConditionExpression", &request.key_condition_expression},
                             {"ProjectionExpression", &request.projection_expression}});
        if (!with) return pass(with);
        std::vector<std::string> legacy;
        if (request.attributes_to_get) legacy.emplace_back("AttributesToGet");
        if (request.query_filter) legacy.emplace_back("QueryFilter");
        if (request.key_conditions) legacy.emplace_back("KeyConditions");
        if (auto good = with->alone(std::move(legacy)); !good) return pass(good);
        auto keys = with->condition("KeyConditionExpression", request.key_condition_expression);
        if (keys && !*keys) keys = filter_of(request.key_conditions, std::nullopt);
        if (!keys) return pass(keys);
        if (!*keys)
            return invalid(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified "
                "in the request.");
        auto asked = asked_of(caller, request, *with, request.query_filter);
        if (!asked) return asked;
        if (auto good = with->all_used(); !good) return pass(good);
        asked->page.keys = std::move(*keys);
        asked->page.is_forward = request.scan_index_forward.value_or(true);
        return asked;
    }

    static Answer<Asked> asked_in(const Caller& caller, const ScanInput& request) {
        auto with =
            Expressions::of(request.expression_attribute_names, request.expression_attribute_values,
                            {{"FilterExpression", &request.filter_expression},
                             {"ProjectionExpression", &request.projection_expression}});
        if (!with) return pass(with);
        std::vector<std::string> legacy;
        if (request.attributes_to_get) legacy.emplace_back("AttributesToGet");
        if (request.scan_filter) legacy.emplace_back("ScanFilter");
        if (auto good = with->alone(std::move(legacy)); !good) return pass(good);
        auto asked = asked_of(caller, request, *with, request.scan_filter);
        if (!asked) return asked;
        if (auto good = with->all_used(); !good) return pass(good);
        if (request.segment && !request.total_segments)
            return invalid(
                "The TotalSegments parameter is required but was not present in the request when "
                "Segment parameter is present");
        if (request.total_segments && !request.segment)
            return invalid(
                "The Segment parameter is required but was not present in the request when "
                "parameter TotalSegments is present");
        if (!request.segment) return asked;
        if (*request.segment >= *request.total_segments)
            return invalid(
                fmt::format("The Segment parameter is zero-based and must be less than parameter "
                            "TotalSegments: Segment: {} is not less than TotalSegments: {}",
                            *request.segment, *request.total_segments));
        asked->page.segment = static_cast<std::size_t>(*request.segment);
        asked->page.segments = static_cast<std::size_t>(*request.total_segments);
        return asked;
    }

    domain::Tables& tables_;
};

}  // namespace

void register_dynamodb_pages(Router& router, domain::Tables& tables) {
    auto h = std::make_shared<Handlers>(tables);
    io::Core& home = tables.home();
    on<QueryOp>(router, home, h, &Handlers::query);
    on<ScanOp>(router, home, h, &Handlers::scan);
}

}  // namespace freshet::aws
