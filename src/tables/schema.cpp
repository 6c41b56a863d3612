#include "tables/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "tables/limits.h"

namespace freshet::tables {
namespace {

Failure invalid(std::string text) {
    return fail(Errc::invalid, "One or more parameter values were invalid: " + text);
}

std::string names_of(const std::vector<KeyPart>& attributes) {
    std::vector<std::string> names;
    for (const KeyPart& one : attributes) names.push_back(one.name);
    return fmt::format("[{}]", fmt::join(names, ", "));
}

Result<> complete_part(KeyPart& part, const std::vector<KeyPart>& attributes,
                       std::set<std::string>& used) {
    const auto found = std::ranges::find(attributes, part.name, &KeyPart::name);
    if (found == attributes.end())
        return invalid(
            fmt::format("Some index key attributes are not defined in AttributeDefinitions. Keys: "
                        "[{}], AttributeDefinitions: {}",
                        part.name, names_of(attributes)));
    part.kind = found->kind;
    used.insert(part.name);
    return {};
}

Result<> complete_keys(KeySchema& keys, const std::vector<KeyPart>& attributes,
                       std::set<std::string>& used) {
    if (keys.range && keys.range->name == keys.hash.name)
        return invalid(
            "Both the Hash Key and the Range Key element in the KeySchema have the "
            "same name");
    if (auto good = complete_part(keys.hash, attributes, used); !good) return good;
    return keys.range ? complete_part(*keys.range, attributes, used) : Result<>();
}

Result<> check_throughput(const Throughput& given, bool is_provisioned, const std::string& index) {
    const std::string of_index = index.empty() ? "" : " for index: " + index;
    if (!is_provisioned && (given.reads > 0 || given.writes > 0))
        return invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
            "is PAY_PER_REQUEST" +
            of_index);
    if (is_provisioned && (given.reads < 1 || given.writes < 1))
        return invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED" +
            of_index);
    return {};
}

Result<> check_index(const Table& table, const Index& index) {
    if (index.is_local) {
        if (!table.primary.keys.range)
            return invalid(
                "Table KeySchema does not have a range key, which is required when specifying a "
                "LocalSecondaryIndex");
        if (index.keys.hash.name != table.primary.keys.hash.name)
            return invalid(
                fmt::format("Index KeySchema does not have the same leading hash key as table "
                            "KeySchema for index: {}. index hash key: {}, table hash key: {}",
                            index.name, index.keys.hash.name, table.primary.keys.hash.name));
        if (!index.keys.range)
            return invalid(
                fmt::format("Index KeySchema does not have a range key for index: {}", index.name));
    }
    if (index.projection != Projection::include && !index.included.empty())
        return invalid(fmt::format("ProjectionType is {}, but NonKeyAttributes is specified",
                                   index.projection == Projection::all ? "ALL" : "KEYS_ONLY"));
    if (index.projection == Projection::include && index.included.empty())
        return invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
    return index.is_local ? Result<>()
                          : check_throughput(index.throughput, table.is_provisioned, index.name);
}

Result<> check_indexes(const Table& table) {
    std::set<std::string> names;
    std::size_t global = 0;
    for (const Index& index : table.indexes) {
        if (!names.insert(index.name).second) return invalid("Duplicate index name: " + index.name);
        if (!index.is_local) ++global;
        if (auto good = check_index(table, index); !good) return good;
    }
    if (global > limits::global_indexes_max)
        return fail(Errc::limit_exceeded,
                    "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds "
                    "the per-table limit of 20");
    if (table.indexes.size() - global > limits::local_indexes_max)
        return invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
    return {};
}

}  // namespace

Result<> check_name(const std::string& name) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    if (name.size() < limits::table_name_length_min || name.size() > limits::table_name_length_max)
        return fail(Errc::invalid,
                    "TableName must be at least 3 characters long and at most 255 characters long");
    if (!std::ranges::all_of(name, is_good))
        return fail(Errc::invalid,
                    fmt::format("1 validation error detected: Value '{}' at 'tableName' failed to "
                                "satisfy constraint: Member must satisfy regular expression "
                                "pattern: [a-zA-Z0-9_.-]+",
                                name));
    return {};
}

Result<> complete(Table& table, const std::vector<KeyPart>& attributes) {
    if (auto good = check_name(table.key.name); !good) return good;
    std::set<std::string> used, defined;
    for (const KeyPart& one : attributes)
        if (!defined.insert(one.name).second)
            return invalid("Cannot have two attributes with the same name");
    if (auto good = complete_keys(table.primary.keys, attributes, used); !good) return good;
    for (Index& index : table.indexes)
        if (auto good = complete_keys(index.keys, attributes, used); !good) return good;
    if (used.size() != defined.size()) {
        if (table.indexes.empty())
            return invalid(
                "Number of attributes in KeySchema does not exactly match number of attributes "
                "defined in AttributeDefinitions");
        return invalid(
            fmt::format("Some AttributeDefinitions are not used. AttributeDefinitions: {}, keys "
                        "used: [{}]",
                        names_of(attributes), fmt::join(used, ", ")));
    }
    auto good = check_throughput(table.primary.throughput, table.is_provisioned, "");
    return good ? check_indexes(table) : good;
}

namespace {

Result<> add_indexes(const Table& table, Table& made, TableChange& change) {
    std::set<std::string> used;
    std::vector<KeyPart> attributes = change.attributes;
    const auto knows = [&](const KeyPart& part) { attributes.push_back(part); };
    knows(table.primary.keys.hash);
    if (table.primary.keys.range) knows(*table.primary.keys.range);
    for (const Index& index : table.indexes) {
        knows(index.keys.hash);
        if (index.keys.range) knows(*index.keys.range);
    }
    for (Index& index : change.added) {
        if (table.find(index.name))
            return invalid("Attempting to create an index which already exists");
        if (auto good = complete_keys(index.keys, attributes, used); !good) return good;
        made.indexes.push_back(index);
    }
    return {};
}

}  // namespace

Result<Table> changed(const Table& table, TableChange& change) {
    Table made = table;
    if (change.is_protected) made.is_protected = *change.is_protected;
    if (change.table_class) made.table_class = *change.table_class;
    if (change.is_provisioned) made.is_provisioned = *change.is_provisioned;
    if (!made.is_provisioned) {
        made.primary.throughput = {};
        for (Index& index : made.indexes) index.throughput = {};
    }
    if (change.throughput) made.primary.throughput = *change.throughput;
    for (const std::string& name : change.removed) {
        const auto gone = std::erase_if(
            made.indexes, [&](const Index& one) { return one.name == name && !one.is_local; });
        if (gone == 0) return fail(Errc::not_found, "Requested resource not found");
    }
    for (const auto& [name, throughput] : change.rated) {
        const auto found = std::ranges::find(made.indexes, name, &Index::name);
        if (found == made.indexes.end())
            return fail(Errc::not_found, "Requested resource not found");
        found->throughput = throughput;
    }
    auto good = add_indexes(table, made, change);
    if (good) good = check_throughput(made.primary.throughput, made.is_provisioned, "");
    if (good) good = check_indexes(made);
    if (!good) return pass(good);
    return made;
}

}  // namespace freshet::tables
