#include "aws/services/dynamodb/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "aws/protocol/json/json.h"
#include "tables/limits.h"

namespace freshet::aws::dynamodb {
namespace {

namespace domain = tables;

template <class Set, class Wire, class Make>
Answer<domain::Value> set_of(const Wire& given, const char* noun, Make make) {
    Set set;
    for (const auto& one : given) {
        auto member = make(one);
        if (!member) return pass(member);
        set.insert(std::move(*member));
    }
    if (given.empty())
        return invalid(fmt::format(
            "One or more parameter values were invalid: An {} set  may not be empty", noun));
    if (set.size() != given.size())
        return invalid(
            "One or more parameter values were invalid: Input collection contains duplicates.");
    return domain::Value{std::move(set)};
}

Answer<domain::Decimal> number_of(const std::string& text) {
    auto number = domain::Decimal::parse(text);
    if (!number) return refuse(number.error());
    return std::move(*number);
}

Answer<domain::Value> value_at(const AttributeValue& given, int depth);

Answer<domain::Item> item_at(const WireItem& given, int depth) {
    domain::Item item;
    for (const auto& [name, value] : given) {
        auto one = value_at(*value, depth);
        if (!one) return pass(one);
        item.insert_or_assign(name, std::move(*one));
    }
    return item;
}

Answer<domain::Value> list_at(const std::vector<std::shared_ptr<AttributeValue>>& given,
                              int depth) {
    domain::List list;
    for (const auto& value : given) {
        auto one = value_at(*value, depth);
        if (!one) return one;
        list.push_back(std::move(*one));
    }
    return domain::Value{std::move(list)};
}

Answer<domain::Value> set_at(const AttributeValue& given) {
    const auto text = [](const std::string& one) -> Answer<std::string> { return one; };
    const auto binary = [](const Bytes& one) -> Answer<domain::Binary> {
        return domain::Binary{one.str()};
    };
    if (given.ss) return set_of<domain::StringSet>(*given.ss, "string", text);
    if (given.ns) return set_of<domain::NumberSet>(*given.ns, "number", number_of);
    return set_of<domain::BinarySet>(*given.bs, "binary", binary);
}

Answer<domain::Value> value_at(const AttributeValue& given, int depth) {
    const int types = given.s.has_value() + given.n.has_value() + given.b.has_value() +
                      given.ss.has_value() + given.ns.has_value() + given.bs.has_value() +
                      given.m.has_value() + given.l.has_value() + given.null.has_value() +
                      given.bool_.has_value();
    if (types == 0)
        return invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported "
            "datatypes");
    if (types > 1)
        return invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes");
    if (given.s) return domain::Value{*given.s};
    if (given.b) return domain::Value{domain::Binary{given.b->str()}};
    if (given.bool_) return domain::Value{*given.bool_};
    if (given.n) {
        auto number = number_of(*given.n);
        if (!number) return pass(number);
        return domain::Value{std::move(*number)};
    }
    if (given.null) {
        if (*given.null) return domain::Value{domain::Null()};
        return invalid(
            "One or more parameter values were invalid: Null attribute value types must have the "
            "value of true");
    }
    if (!given.m && !given.l) return set_at(given);
    if (depth >= domain::limits::nesting_max)
        return invalid("Nesting Levels have exceeded supported limits");
    if (given.l) return list_at(*given.l, depth + 1);
    auto map = item_at(*given.m, depth + 1);
    if (!map) return pass(map);
    return domain::Value{std::move(*map)};
}

struct ToWire {
    AttributeValue out;
    void operator()(const std::string& text) { out.s = text; }
    void operator()(const domain::Decimal& number) { out.n = number.to_text(); }
    void operator()(const domain::Binary& binary) { out.b = Bytes::copy(binary.bytes); }
    void operator()(bool is_true) { out.bool_ = is_true; }
    void operator()(const domain::Null&) { out.null = true; }
    void operator()(const domain::StringSet& set) { out.ss.emplace(set.begin(), set.end()); }
    void operator()(const domain::NumberSet& set) {
        auto& all = out.ns.emplace();
        for (const auto& one : set) all.push_back(one.to_text());
    }
    void operator()(const domain::BinarySet& set) {
        auto& all = out.bs.emplace();
        for (const auto& one : set) all.push_back(Bytes::copy(one.bytes));
    }
    void operator()(const domain::List& list) {
        auto& all = out.l.emplace();
        for (const auto& one : list) all.push_back(std::make_shared<AttributeValue>(wire_of(one)));
    }
    void operator()(const domain::Map& map) { out.m = wire_of(map); }
};

bool is_placeholder(const std::string& key, char mark) {
    return key.size() > 1 && key[0] == mark && std::all_of(key.begin() + 1, key.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_';
           });
}

}  // namespace

Answer<domain::Value> value_of(const AttributeValue& given) { return value_at(given, 0); }
Answer<domain::Item> item_of(const WireItem& given) { return item_at(given, 0); }

Answer<std::vector<domain::Value>> values_of(
    const std::optional<std::vector<std::shared_ptr<AttributeValue>>>& given) {
    std::vector<domain::Value> values;
    if (!given) return values;
    for (const auto& one : *given) {
        auto value = value_of(*one);
        if (!value) return pass(value);
        values.push_back(std::move(*value));
    }
    return values;
}

AttributeValue wire_of(const domain::Value& value) {
    ToWire to;
    std::visit(to, value.held);
    return std::move(to.out);
}

WireItem wire_of(const domain::Item& item) {
    WireItem out;
    for (const auto& [name, value] : item)
        out.emplace_back(name, std::make_shared<AttributeValue>(wire_of(value)));
    return out;
}

std::string item_json(const domain::Item& item) {
    GetItemOutput whole;
    whole.item = wire_of(item);
    const std::string text = encode_json(*GetItemOp::info().output, &whole);
    return text.substr(1, text.size() - 2);
}

Answer<Expressions> Expressions::of(const Names& names, const Values& values,
                                    std::vector<std::pair<const char*, const Text*>> expressions) {
    Expressions out;
    std::vector<std::string> possible;
    for (const auto& [name, text] : expressions) {
        possible.emplace_back(name);
        if (*text) out.given_.emplace_back(name);
    }
    if (names) {
        if (out.given_.empty())
            return invalid("ExpressionAttributeNames can only be specified when using expressions");
        if (names->empty()) return invalid("ExpressionAttributeNames must not be empty");
        for (const auto& [key, name] : *names) {
            if (!is_placeholder(key, '#'))
                return invalid(fmt::format(
                    "ExpressionAttributeNames contains invalid key: Syntax error; key: \"{}\"",
                    key));
            out.substitutes_.names[key] = name;
        }
    }
    if (!values) return out;
    if (out.given_.empty())
        return invalid(
            fmt::format("ExpressionAttributeValues can only be specified when using expressions: "
                        "{} {} null",
                        fmt::join(possible, " and "), possible.size() == 1 ? "is" : "are"));
    if (values->empty()) return invalid("ExpressionAttributeValues must not be empty");
    for (const auto& [key, given] : *values) {
        if (!is_placeholder(key, ':'))
            return invalid(fmt::format(
                "ExpressionAttributeValues contains invalid key: Syntax error; key: \"{}\"", key));
        auto value = value_of(*given);
        if (!value)
            return invalid(
                fmt::format("ExpressionAttributeValues contains invalid value: {} for key {}",
                            value.error().message, key));
        out.substitutes_.values[key] = std::move(*value);
    }
    return out;
}

Answer<void> Expressions::alone(std::vector<std::string> legacy) const {
    if (legacy.empty() || given_.empty()) return {};
    return invalid(
        fmt::format("Can not use both expression and non-expression parameters in the same "
                    "request: Non-expression parameters: {{{}}} Expression parameters: {{{}}}",
                    fmt::join(legacy, ", "), fmt::join(given_, ", ")));
}

Answer<std::optional<domain::Condition>> Expressions::condition(const char* what,
                                                                const Text& text) {
    if (!text) return std::optional<domain::Condition>();
    auto parsed = domain::parse_condition(what, *text, substitutes_);
    if (!parsed) return refuse(parsed.error());
    return std::optional(std::move(*parsed));
}

Answer<std::optional<domain::Update>> Expressions::update(const Text& text) {
    if (!text) return std::optional<domain::Update>();
    auto parsed = domain::parse_update(*text, substitutes_);
    if (!parsed) return refuse(parsed.error());
    return std::optional(std::move(*parsed));
}

Answer<std::optional<std::vector<domain::Path>>> Expressions::projection(const Text& text) {
    if (!text) return std::optional<std::vector<domain::Path>>();
    auto parsed = domain::parse_projection(*text, substitutes_);
    if (!parsed) return refuse(parsed.error());
    return std::optional(std::move(*parsed));
}

Answer<void> Expressions::all_used() const {
    auto good = substitutes_.all_used();
    if (!good) return refuse(good.error());
    return {};
}

std::optional<std::vector<domain::Path>> paths_of(
    const std::optional<std::vector<std::string>>& attributes) {
    if (!attributes) return std::nullopt;
    std::vector<domain::Path> paths;
    for (const std::string& name : *attributes) paths.push_back(domain::path_to(name));
    return paths;
}

std::optional<ConsumedCapacity> consumed(
    const std::optional<std::string>& asked, const std::string& table, double units,
    const std::vector<std::pair<std::string, double>>& index_units) {
    if (!asked || *asked == "NONE") return std::nullopt;
    ConsumedCapacity out;
    out.table_name = table;
    double sum = units;
    for (const auto& [name, part] : index_units) sum += part;
    out.capacity_units = sum;
    if (*asked != "INDEXES") return out;
    out.table.emplace().capacity_units = units;
    if (!index_units.empty()) out.global_secondary_indexes.emplace();
    for (const auto& [name, part] : index_units) {
        Capacity one;
        one.capacity_units = part;
        out.global_secondary_indexes->emplace_back(name, one);
    }
    return out;
}

double read_units(std::size_t bytes, bool is_consistent) {
    const std::size_t unit = domain::limits::read_unit_bytes;
    const auto units = static_cast<double>(std::max<std::size_t>(1, (bytes + unit - 1) / unit));
    return is_consistent ? units : units / 2;
}

}  // namespace freshet::aws::dynamodb
