#include "tables/expression/condition.h"

#include <algorithm>

namespace freshet::tables {
namespace {

/// DynamoDB counts a text as Java does: in UTF-16 units.
std::size_t text_length(const std::string& text) {
    std::size_t length = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) length += byte >= 0xF0U ? 2 : 1;
    }
    return length;
}

std::optional<std::size_t> size_of(const Value& value) {
    if (const auto* text = value.as<std::string>()) return text_length(*text);
    if (const auto* binary = value.as<Binary>()) return binary->bytes.size();
    if (const auto* set = value.as<StringSet>()) return set->size();
    if (const auto* set = value.as<NumberSet>()) return set->size();
    if (const auto* set = value.as<BinarySet>()) return set->size();
    if (const auto* list = value.as<List>()) return list->size();
    if (const auto* map = value.as<Map>()) return map->size();
    return std::nullopt;
}

/// The value of an operand; `made` keeps one that had to be made.
const Value* value_of(const Operand& operand, const Item& item, Value& made) {
    if (const auto* path = std::get_if<Path>(&operand.held)) return find(item, *path);
    if (const auto* value = std::get_if<Value>(&operand.held)) return value;
    const Value* measured = find(item, std::get<SizeOf>(operand.held).path);
    if (!measured) return nullptr;
    const auto size = size_of(*measured);
    if (!size) return nullptr;
    made.held = Decimal(static_cast<std::int64_t>(*size));
    return &made;
}

template <class T>
std::optional<std::strong_ordering> compare_as(const Value& a, const Value& b) {
    const T *left = a.as<T>(), *right = b.as<T>();
    if (!left || !right) return std::nullopt;
    return *left <=> *right;
}

/// Nothing for values that have no order between them.
std::optional<std::strong_ordering> order_of(const Value& a, const Value& b) {
    if (auto order = compare_as<std::string>(a, b)) return order;
    if (auto order = compare_as<Decimal>(a, b)) return order;
    return compare_as<Binary>(a, b);
}

bool begins(const Value& whole, const Value& start) {
    if (const auto* text = start.as<std::string>())
        return whole.as<std::string>() && whole.as<std::string>()->starts_with(*text);
    if (const auto* binary = start.as<Binary>())
        return whole.as<Binary>() && whole.as<Binary>()->bytes.starts_with(binary->bytes);
    return false;
}

template <class T>
bool has_member(const Value& whole, const Value& part) {
    const auto* set = whole.as<std::set<T>>();
    const T* member = part.as<T>();
    return set && member && set->contains(*member);
}

bool has(const Value& whole, const Value& part) {
    if (const auto* list = whole.as<List>()) return std::ranges::find(*list, part) != list->end();
    if (const auto* text = whole.as<std::string>()) {
        const auto* wanted = part.as<std::string>();
        return wanted && text->find(*wanted) != std::string::npos;
    }
    if (const auto* binary = whole.as<Binary>()) {
        const auto* wanted = part.as<Binary>();
        return wanted && binary->bytes.find(wanted->bytes) != std::string::npos;
    }
    return has_member<std::string>(whole, part) || has_member<Decimal>(whole, part) ||
           has_member<Binary>(whole, part);
}

bool compares(Test test, const Value* a, const Value* b) {
    if (test == Test::not_equal) return !a || !b || !(*a == *b);
    if (!a || !b) return false;
    if (test == Test::equal) return *a == *b;
    const auto order = order_of(*a, *b);
    if (!order) return false;
    if (test == Test::less) return *order < 0;
    if (test == Test::less_equal) return *order <= 0;
    return test == Test::greater ? *order > 0 : *order >= 0;
}

bool tests(const Condition& condition, const Item& item) {
    std::vector<Value> made(condition.operands.size());
    std::vector<const Value*> values;
    for (std::size_t i = 0; i < made.size(); ++i)
        values.push_back(value_of(condition.operands[i], item, made[i]));
    switch (condition.test) {
        case Test::equal:
        case Test::not_equal:
        case Test::less:
        case Test::less_equal:
        case Test::greater:
        case Test::greater_equal:
            return compares(condition.test, values[0], values[1]);
        case Test::between:
            return compares(Test::greater_equal, values[0], values[1]) &&
                   compares(Test::less_equal, values[0], values[2]);
        case Test::in:
            return std::any_of(values.begin() + 1, values.end(), [&](const Value* one) {
                return compares(Test::equal, values[0], one);
            });
        case Test::exists:
            return values[0] != nullptr;
        case Test::not_exists:
            return values[0] == nullptr;
        case Test::has_type:
            return values[0] && values[1] && values[1]->as<std::string>() &&
                   code_of(values[0]->kind()) == *values[1]->as<std::string>();
        case Test::begins_with:
            return values[0] && values[1] && begins(*values[0], *values[1]);
        case Test::contains:
            return values[0] && values[1] && has(*values[0], *values[1]);
        case Test::all_of:
        case Test::any_of:
        case Test::none_of:
            break;
    }
    return false;
}

void collect(const Condition& condition, std::vector<std::string>& out) {
    for (const Operand& operand : condition.operands) {
        if (const auto* path = std::get_if<Path>(&operand.held)) out.push_back(path->front().name);
        if (const auto* size = std::get_if<SizeOf>(&operand.held))
            out.push_back(size->path.front().name);
    }
    for (const Condition& part : condition.parts) collect(part, out);
}

}  // namespace

bool holds(const Condition& condition, const Item& item) {
    const auto part_holds = [&](const Condition& part) { return holds(part, item); };
    switch (condition.test) {
        case Test::all_of:
            return std::ranges::all_of(condition.parts, part_holds);
        case Test::any_of:
            return std::ranges::any_of(condition.parts, part_holds);
        case Test::none_of:
            return std::ranges::none_of(condition.parts, part_holds);
        case Test::equal:
        case Test::not_equal:
        case Test::less:
        case Test::less_equal:
        case Test::greater:
        case Test::greater_equal:
        case Test::between:
        case Test::in:
        case Test::exists:
        case Test::not_exists:
        case Test::has_type:
        case Test::begins_with:
        case Test::contains:
            break;
    }
    return tests(condition, item);
}

std::vector<std::string> attributes_of(const Condition& condition) {
    std::vector<std::string> out;
    collect(condition, out);
    return out;
}

}  // namespace freshet::tables
