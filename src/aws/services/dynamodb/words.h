// What all handlers of DynamoDB say: attribute values, keys of tables, refusals, expressions,
// units.
#pragma once
#include "aws/caller.h"
#include "aws/errors.h"
#include "aws/model/dynamodb.h"
#include "tables/expression/expression.h"
#include "tables/tables.h"

namespace freshet::aws::dynamodb {

/// An item or a key on the wire.
using WireItem = std::vector<std::pair<std::string, std::shared_ptr<AttributeValue>>>;

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// A ValidationException.
std::unexpected<Fault> invalid(std::string message);
/// ConditionalCheckFailedException, with the item when the request asked for it.
std::unexpected<Fault> condition_failed(const std::optional<std::string>& return_values,
                                        const std::optional<tables::Item>& item);

/// `name`: the table's name or its ARN.
tables::TableKey table_key(const Caller& caller, const std::string& name);
std::string arn_of(const tables::TableKey& key);

Answer<tables::Value> value_of(const AttributeValue& given);
Answer<tables::Item> item_of(const WireItem& given);
Answer<std::vector<tables::Value>> values_of(
    const std::optional<std::vector<std::shared_ptr<AttributeValue>>>& given);
AttributeValue wire_of(const tables::Value& value);
WireItem wire_of(const tables::Item& item);
/// `"Item":{...}` as JSON.
std::string item_json(const tables::Item& item);

/// An expression and what it may be mixed with.
using Text = std::optional<std::string>;
using Names = std::optional<std::vector<std::pair<std::string, std::string>>>;
using Values = std::optional<WireItem>;

/// The expressions of one request: each is parsed by a call, and at the end all names and values
/// must have been used. `expressions`: the parameters that the request could have given.
class Expressions {
  public:
    static Answer<Expressions> of(const Names& names, const Values& values,
                                  std::vector<std::pair<const char*, const Text*>> expressions);
    /// Refuses legacy parameters (the names of those given) beside expressions.
    Answer<void> alone(std::vector<std::string> legacy) const;
    Answer<std::optional<tables::Condition>> condition(const char* what, const Text& text);
    Answer<std::optional<tables::Update>> update(const Text& text);
    Answer<std::optional<std::vector<tables::Path>>> projection(const Text& text);
    Answer<void> all_used() const;

  private:
    tables::Substitutes substitutes_;
    std::vector<std::string> given_;
};

/// AttributesToGet as paths.
std::optional<std::vector<tables::Path>> paths_of(
    const std::optional<std::vector<std::string>>& attributes);

/// Units of one table and its indexes, as ReturnConsumedCapacity asks: NONE, TOTAL or INDEXES.
std::optional<ConsumedCapacity> consumed(
    const std::optional<std::string>& asked, const std::string& table, double units,
    const std::vector<std::pair<std::string, double>>& index_units = {});
double read_units(std::size_t bytes, bool is_consistent);

}  // namespace freshet::aws::dynamodb
