// PutItem, GetItem, UpdateItem, DeleteItem.
#include <fmt/format.h>

#include "aws/services/dynamodb/dynamodb.h"
#include "aws/services/dynamodb/words.h"
#include "tables/expression/legacy.h"

namespace freshet::aws {
namespace {

using namespace dynamodb;
namespace domain = tables;

using Expected = std::optional<std::vector<std::pair<std::string, ExpectedAttributeValue>>>;

Answer<std::optional<domain::Condition>> condition_of(const Expected& expected,
                                                      const std::optional<std::string>& how) {
    if (!expected) {
        if (how) return invalid("ConditionalOperator cannot be used without Filter or Expected");
        return std::optional<domain::Condition>();
    }
    std::vector<domain::Demand> demands;
    for (const auto& [name, given] : *expected) {
        domain::Demand& demand = demands.emplace_back();
        demand.attribute = name;
        demand.exists = given.exists;
        demand.comparison = given.comparison_operator.value_or("");
        auto operands = values_of(given.attribute_value_list);
        if (!operands) return pass(operands);
        demand.operands = std::move(*operands);
        if (!given.value) continue;
        auto value = value_of(*given.value);
        if (!value) return pass(value);
        demand.value = std::move(*value);
    }
    auto condition = domain::condition_of(demands, how == "OR");
    if (!condition) return refuse(condition.error());
    return std::optional(std::move(*condition));
}

Answer<domain::Update> update_of(
    const std::vector<std::pair<std::string, AttributeValueUpdate>>& given) {
    std::vector<domain::Change> changes;
    for (const auto& [name, update] : given) {
        domain::Change& change = changes.emplace_back();
        change.attribute = name;
        change.action = update.action.value_or("PUT");
        if (!update.value) continue;
        auto value = value_of(*update.value);
        if (!value) return pass(value);
        change.value = std::move(*value);
    }
    auto update = domain::update_of(changes);
    if (!update) return refuse(update.error());
    return std::move(*update);
}

template <class Request>
std::vector<std::string> legacy_of(const Request& request) {
    std::vector<std::string> legacy;
    if (request.expected) legacy.emplace_back("Expected");
    if (request.conditional_operator) legacy.emplace_back("ConditionalOperator");
    return legacy;
}

/// The condition of a Put or a Delete, from whichever form the request uses.
template <class Request>
Answer<std::optional<domain::Condition>> condition_in(const Request& request) {
    auto with =
        Expressions::of(request.expression_attribute_names, request.expression_attribute_values,
                        {{"ConditionExpression", &request.condition_expression}});
    if (!with) return pass(with);
    if (auto good = with->alone(legacy_of(request)); !good) return pass(good);
    if (!request.condition_expression)
        return condition_of(request.expected, request.conditional_operator);
    auto condition = with->condition("ConditionExpression", request.condition_expression);
    if (!condition) return condition;
    if (auto good = with->all_used(); !good) return pass(good);
    return condition;
}

template <class Request>
Answer<void> allow_only_old(const Request& request) {
    const std::string asked = request.return_values.value_or("NONE");
    if (asked == "NONE" || asked == "ALL_OLD") return {};
    return invalid("ReturnValues can only be ALL_OLD or NONE");
}

class Handlers {
  public:
    explicit Handlers(domain::Tables& tables) : tables_(tables) {}

    io::Task<Answer<PutItemOutput>> put(Caller caller, PutItemInput request) {
        auto item = item_of(request.item);
        return put_or_remove<PutItemOutput>(domain::Write::Verb::put, std::move(item),
                                            std::move(caller), std::move(request));
    }

    io::Task<Answer<DeleteItemOutput>> remove(Caller caller, DeleteItemInput request) {
        auto key = item_of(request.key);
        return put_or_remove<DeleteItemOutput>(domain::Write::Verb::remove, std::move(key),
                                               std::move(caller), std::move(request));
    }

    io::Task<Answer<UpdateItemOutput>> update(Caller caller, UpdateItemInput request) {
        auto write = write_of(caller, request);
        if (!write) co_return pass(write);
        const std::string table = write->table.name;
        const std::vector<domain::Path> touched = domain::touched_by(write->update);
        auto done = co_await tables_.write(std::move(*write));
        if (!done) co_return refuse(done.error());
        if (done->is_refused)
            co_return condition_failed(request.return_values_on_condition_check_failure,
                                       done->before);
        UpdateItemOutput out;
        const std::string asked = request.return_values.value_or("NONE");
        const auto& shown = asked.ends_with("_OLD") ? done->before : done->after;
        if (asked.starts_with("ALL_") && shown) out.attributes = wire_of(*shown);
        if (asked.starts_with("UPDATED_") && shown) {
            auto part = domain::pick(*shown, touched);
            if (!part.empty()) out.attributes = wire_of(part);
        }
        out.consumed_capacity =
            consumed(request.return_consumed_capacity, table, done->units, done->index_units);
        co_return out;
    }

    io::Task<Answer<GetItemOutput>> get(Caller caller, GetItemInput request) {
        auto with = Expressions::of(request.expression_attribute_names, std::nullopt,
                                    {{"ProjectionExpression", &request.projection_expression}});
        if (!with) co_return pass(with);
        std::vector<std::string> legacy;
        if (request.attributes_to_get) legacy.emplace_back("AttributesToGet");
        auto good = with->alone(std::move(legacy));
        if (!good) co_return pass(good);
        auto paths = with->projection(request.projection_expression);
        if (!paths) co_return pass(paths);
        good = with->all_used();
        if (!good) co_return pass(good);
        if (!*paths) *paths = paths_of(request.attributes_to_get);
        auto key = item_of(request.key);
        if (!key) co_return pass(key);
        std::vector<domain::Get> wanted{{table_key(caller, request.table_name), std::move(*key)}};
        const std::string table = wanted.front().table.name;
        auto got = co_await tables_.get(std::move(wanted));
        if (!got) co_return refuse(got.error());
        const domain::Got& one = got->front();
        GetItemOutput out;
        if (one.item) out.item = wire_of(*paths ? domain::pick(*one.item, **paths) : *one.item);
        out.consumed_capacity =
            consumed(request.return_consumed_capacity, table,
                     read_units(one.bytes, request.consistent_read.value_or(false)));
        co_return out;
    }

  private:
    /// Puts `item`, or removes that of the key in it.
    template <class Output, class Request>
    io::Task<Answer<Output>> put_or_remove(domain::Write::Verb verb, Answer<domain::Item> item,
                                           Caller caller, Request request) {
        domain::Write write{verb, table_key(caller, request.table_name)};
        auto good = allow_only_old(request);
        if (!good) co_return pass(good);
        auto condition = condition_in(request);
        if (!condition) co_return pass(condition);
        if (!item) co_return pass(item);
        write.condition = std::move(*condition);
        write.item = std::move(*item);
        const std::string table = write.table.name;
        auto done = co_await tables_.write(std::move(write));
        if (!done) co_return refuse(done.error());
        if (done->is_refused)
            co_return condition_failed(request.return_values_on_condition_check_failure,
                                       done->before);
        Output out;
        if (request.return_values == "ALL_OLD" && done->before)
            out.attributes = wire_of(*done->before);
        out.consumed_capacity =
            consumed(request.return_consumed_capacity, table, done->units, done->index_units);
        co_return out;
    }

    static Answer<domain::Write> write_of(const Caller& caller, const UpdateItemInput& request) {
        domain::Write write{domain::Write::Verb::update, table_key(caller, request.table_name)};
        auto with =
            Expressions::of(request.expression_attribute_names, request.expression_attribute_values,
                            {{"UpdateExpression", &request.update_expression},
                             {"ConditionExpression", &request.condition_expression}});
        if (!with) return pass(with);
        std::vector<std::string> legacy = legacy_of(request);
        if (request.attribute_updates) legacy.insert(legacy.begin(), "AttributeUpdates");
        if (auto good = with->alone(std::move(legacy)); !good) return pass(good);
        auto update = with->update(request.update_expression);
        if (!update) return pass(update);
        auto condition = with->condition("ConditionExpression", request.condition_expression);
        if (condition && !*condition && !request.condition_expression)
            condition = condition_of(request.expected, request.conditional_operator);
        if (!condition) return pass(condition);
        if (auto good = with->all_used(); !good) return pass(good);
        if (*update) write.update = std::move(**update);
        if (request.attribute_updates) {
            auto changes = update_of(*request.attribute_updates);
            if (!changes) return pass(changes);
            write.update = std::move(*changes);
        }
        write.condition = std::move(*condition);
        auto key = item_of(request.key);
        if (!key) return pass(key);
        write.item = std::move(*key);
        return write;
    }

    domain::Tables& tables_;
};

}  // namespace

void register_dynamodb_items(Router& router, domain::Tables& tables) {
    auto h = std::make_shared<Handlers>(tables);
    io::Core& home = tables.home();
    on<PutItemOp>(router, home, h, &Handlers::put);
    on<GetItemOp>(router, home, h, &Handlers::get);
    on<UpdateItemOp>(router, home, h, &Handlers::update);
    on<DeleteItemOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws
