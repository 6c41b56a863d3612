// BatchGetItem, BatchWriteItem, TransactGetItems, TransactWriteItems.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "aws/protocol/json/json.h"
#include "aws/services/dynamodb/dynamodb.h"
#include "aws/services/dynamodb/words.h"
#include "base/crypto/digest.h"
#include "tables/limits.h"

namespace freshet::aws {
namespace {

using namespace dynamodb;
namespace domain = tables;
namespace bounds = tables::limits;

using Paths = std::optional<std::vector<domain::Path>>;
using UnitsByTable = std::map<std::string, double>;

std::optional<std::vector<ConsumedCapacity>> consumed_by(const std::optional<std::string>& asked,
                                                         const UnitsByTable& units) {
    if (!asked || *asked == "NONE") return std::nullopt;
    std::vector<ConsumedCapacity> all;
    for (const auto& [table, sum] : units) all.push_back(*consumed(asked, table, sum));
    return all;
}

double sum_of(const domain::Written& written) {
    double sum = written.units;
    for (const auto& [index, units] : written.index_units) sum += units;
    return sum;
}

/// The projection of one table in a BatchGetItem, or of one Get in a transaction.
template <class Request>
Answer<Paths> paths_in(const Request& request) {
    auto with = Expressions::of(request.expression_attribute_names, std::nullopt,
                                {{"ProjectionExpression", &request.projection_expression}});
    if (!with) return pass(with);
    auto paths = with->projection(request.projection_expression);
    if (!paths) return paths;
    if (auto good = with->all_used(); !good) return pass(good);
    return paths;
}

/// One member of a transaction, as a write; its expressions are parsed.
class Members {
  public:
    explicit Members(const Caller& caller) : caller_(caller) {}
    std::vector<domain::Write> writes;
    std::vector<std::optional<std::string>> return_values;

    Answer<void> add(const TransactWriteItem& one) {
        const int kinds = one.put.has_value() + one.delete_.has_value() + one.update.has_value() +
                          one.condition_check.has_value();
        if (kinds != 1)
            return invalid("TransactItems can only contain one of Check, Put, Update or Delete");
        if (one.put) return add(*one.put, one.put->item, domain::Write::Verb::put, nullptr);
        if (one.delete_)
            return add(*one.delete_, one.delete_->key, domain::Write::Verb::remove, nullptr);
        if (one.update)
            return add(*one.update, one.update->key, domain::Write::Verb::update,
                       &one.update->update_expression);
        const ConditionCheck& check = *one.condition_check;
        return add(check, check.key, domain::Write::Verb::check, nullptr);
    }

  private:
    template <class Request>
    Answer<void> add(const Request& request, const WireItem& given, domain::Write::Verb verb,
                     const std::string* update) {
        domain::Write& write =
            writes.emplace_back(domain::Write{verb, table_key(caller_, request.table_name)});
        return_values.push_back(request.return_values_on_condition_check_failure);
        const Text condition(request.condition_expression),
            change = update ? Text(*update) : Text();
        std::vector<std::pair<const char*, const Text*>> possible{
            {"ConditionExpression", &condition}};
        if (update) possible.insert(possible.begin(), {"UpdateExpression", &change});
        auto with = Expressions::of(request.expression_attribute_names,
                                    request.expression_attribute_values, std::move(possible));
        if (!with) return pass(with);
        auto changes = with->update(change);
        if (!changes) return pass(changes);
        if (*changes) write.update = std::move(**changes);
        auto parsed = with->condition("ConditionExpression", condition);
        if (!parsed) return pass(parsed);
        write.condition = std::move(*parsed);
        if (auto good = with->all_used(); !good) return good;
        auto item = item_of(given);
        if (!item) return pass(item);
        write.item = std::move(*item);
        return {};
    }

    const Caller& caller_;
};

/// TransactionCanceledException with a reason for each member.
std::unexpected<Fault> cancelled(const domain::Outcome& outcome,
                                 const std::vector<std::optional<std::string>>& return_values) {
    std::vector<std::string> codes;
    std::string json = "\"CancellationReasons\":[";
    for (std::size_t i = 0; i < outcome.reasons.size(); ++i) {
        const auto& reason = outcome.reasons[i];
        codes.push_back(reason.code);
        json += i ? ",{\"Code\":" : "{\"Code\":";
        append_json_string(json, reason.code);
        if (!reason.message.empty()) {
            json += ",\"Message\":";
            append_json_string(json, reason.message);
        }
        if (reason.item && return_values[i] == "ALL_OLD") json += "," + item_json(*reason.item);
        json += '}';
    }
    Fault fault{"TransactionCanceledException",
                fmt::format("Transaction cancelled, please refer cancellation reasons for specific "
                            "reasons [{}]",
                            fmt::join(codes, ", "))};
    fault.members_json = json + "]";
    return std::unexpected(std::move(fault));
}

/// What a BatchGetItem asks for, in order, and how each is shown.
struct Wanted {
    struct One {
        std::size_t table;  ///< its place in the request
        WireItem key;
    };
    std::vector<domain::Get> gets;
    std::vector<One> ones;
    std::vector<Paths> paths;  ///< by table
    std::vector<bool> is_consistent;
};

Answer<void> want(const Caller& caller, const std::string& name, const KeysAndAttributes& given,
                  Wanted& out) {
    auto paths = paths_in(given);
    if (!paths) return pass(paths);
    if (!*paths) *paths = paths_of(given.attributes_to_get);
    const std::size_t table = out.paths.size();
    out.paths.push_back(std::move(*paths));
    out.is_consistent.push_back(given.consistent_read.value_or(false));
    std::set<std::string> seen;
    for (const WireItem& wire : given.keys) {
        auto key = item_of(wire);
        if (!key) return pass(key);
        if (!seen.insert(domain::encode(*key)).second)
            return invalid("Provided list of item keys contains duplicates");
        out.gets.push_back({table_key(caller, name), std::move(*key)});
        out.ones.push_back({table, wire});
    }
    return {};
}

class Handlers {
  public:
    explicit Handlers(domain::Tables& tables) : tables_(tables) {}

    io::Task<Answer<BatchGetItemOutput>> batch_get(Caller caller, BatchGetItemInput request) {
        Wanted wanted;
        for (const auto& [name, given] : request.request_items) {
            if (auto good = want(caller, name, given, wanted); !good) co_return pass(good);
        }
        if (wanted.gets.size() > bounds::batch_get_items_max)
            co_return invalid("Too many items requested for the BatchGetItem call");
        auto got = co_await tables_.get(wanted.gets);
        if (!got) co_return refuse(got.error());
        co_return answer_of(request, wanted, *got);
    }

    io::Task<Answer<BatchWriteItemOutput>> batch_write(Caller caller, BatchWriteItemInput request) {
        std::vector<domain::Write> writes;
        for (const auto& [name, requests] : request.request_items) {
            for (const WriteRequest& one : requests) {
                if (one.put_request.has_value() == one.delete_request.has_value())
                    co_return invalid(
                        "Supplied AttributeValue has more than one datatypes set, must contain "
                        "exactly one of the supported datatypes");
                const bool is_put = one.put_request.has_value();
                auto item = item_of(is_put ? one.put_request->item : one.delete_request->key);
                if (!item) co_return pass(item);
                writes.push_back({is_put ? domain::Write::Verb::put : domain::Write::Verb::remove,
                                  table_key(caller, name),
                                  std::move(*item),
                                  {},
                                  {}});
            }
        }
        if (writes.size() > bounds::batch_write_items_max)
            co_return invalid("Too many items requested for the BatchWriteItem call");
        std::vector<std::string> tables;
        for (const domain::Write& write : writes) tables.push_back(write.table.name);
        auto done = co_await tables_.write_all(std::move(writes));
        if (!done) co_return refuse(done.error());
        UnitsByTable units;
        for (std::size_t i = 0; i < tables.size(); ++i) units[tables[i]] += sum_of((*done)[i]);
        BatchWriteItemOutput out;
        out.unprocessed_items.emplace();
        out.consumed_capacity = consumed_by(request.return_consumed_capacity, units);
        co_return out;
    }

    io::Task<Answer<TransactWriteItemsOutput>> transact_write(Caller caller,
                                                              TransactWriteItemsInput request) {
        Members members(caller);
        for (const TransactWriteItem& one : request.transact_items) {
            if (auto good = members.add(one); !good) co_return pass(good);
        }
        std::size_t bytes = 0;
        std::vector<std::string> tables;
        for (const domain::Write& write : members.writes) {
            bytes += domain::bytes_of(write.item);
            tables.push_back(write.table.name);
        }
        if (bytes > bounds::transaction_bytes_max)
            co_return invalid("Transaction request size exceeds the maximum of 4 MB");
        const std::string token = std::exchange(request.client_request_token, {}).value_or("");
        const std::string text = encode_json(*TransactWriteItemsOp::info().input, &request);
        auto done =
            co_await tables_.transact(std::move(members.writes), token, to_hex(sha256(text)));
        if (!done) co_return refuse(done.error());
        if (done->is_cancelled) co_return cancelled(*done, members.return_values);
        UnitsByTable units;
        for (std::size_t i = 0; i < done->written.size(); ++i)
            units[tables[i]] += 2 * sum_of(done->written[i]);
        TransactWriteItemsOutput out;
        out.consumed_capacity = consumed_by(request.return_consumed_capacity, units);
        co_return out;
    }

    io::Task<Answer<TransactGetItemsOutput>> transact_get(Caller caller,
                                                          TransactGetItemsInput request) {
        std::vector<domain::Get> gets;
        std::vector<Paths> all_paths;
        for (const TransactGetItem& one : request.transact_items) {
            auto paths = paths_in(one.get);
            if (!paths) co_return pass(paths);
            auto key = item_of(one.get.key);
            if (!key) co_return pass(key);
            all_paths.push_back(std::move(*paths));
            gets.push_back({table_key(caller, one.get.table_name), std::move(*key)});
        }
        auto got = co_await tables_.get(gets);
        if (!got) co_return refuse(got.error());
        TransactGetItemsOutput out;
        auto& responses = out.responses.emplace();
        UnitsByTable units;
        for (std::size_t i = 0; i < got->size(); ++i) {
            const auto& item = (*got)[i].item;
            ItemResponse& response = responses.emplace_back();
            if (item)
                response.item = wire_of(all_paths[i] ? domain::pick(*item, *all_paths[i]) : *item);
            units[gets[i].table.name] += 2 * read_units((*got)[i].bytes, true);
        }
        out.consumed_capacity = consumed_by(request.return_consumed_capacity, units);
        co_return out;
    }

  private:
    /// Items up to 16 MiB; the keys of the others go back.
    static BatchGetItemOutput answer_of(const BatchGetItemInput& request, const Wanted& wanted,
                                        const std::vector<domain::Got>& got) {
        BatchGetItemOutput out;
        auto& responses = out.responses.emplace();
        auto& left = out.unprocessed_keys.emplace();
        for (const auto& [name, given] : request.request_items) responses.emplace_back(name, 0);
        std::size_t bytes = 0;
        UnitsByTable units;
        for (std::size_t i = 0; i < got.size(); ++i) {
            const auto& [table, key] = wanted.ones[i];
            const auto& [name, given] = request.request_items[table];
            if (bytes + got[i].bytes > bounds::batch_get_bytes_max) {
                if (left.empty() || left.back().first != name) {
                    left.emplace_back(name, given);
                    left.back().second.keys.clear();
                }
                left.back().second.keys.push_back(key);
                continue;
            }
            bytes += got[i].bytes;
            units[name] += read_units(got[i].bytes, wanted.is_consistent[table]);
            if (!got[i].item) continue;
            const auto& paths = wanted.paths[table];
            responses[table].second.push_back(
                wire_of(paths ? domain::pick(*got[i].item, *paths) : *got[i].item));
        }
        out.consumed_capacity = consumed_by(request.return_consumed_capacity, units);
        return out;
    }

    domain::Tables& tables_;
};

}  // namespace

void register_dynamodb_batches(Router& router, domain::Tables& tables) {
    auto h = std::make_shared<Handlers>(tables);
    io::Core& home = tables.home();
    on<BatchGetItemOp>(router, home, h, &Handlers::batch_get);
    on<BatchWriteItemOp>(router, home, h, &Handlers::batch_write);
    on<TransactWriteItemsOp>(router, home, h, &Handlers::transact_write);
    on<TransactGetItemsOp>(router, home, h, &Handlers::transact_get);
}

}  // namespace freshet::aws
