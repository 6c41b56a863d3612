#include "tables/value.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"

namespace freshet::tables {

bool Value::operator==(const Value& other) const { return held == other.held; }

std::string_view code_of(Kind kind) {
    switch (kind) {
        case Kind::string:
            return "S";
        case Kind::number:
            return "N";
        case Kind::binary:
            return "B";
        case Kind::boolean:
            return "BOOL";
        case Kind::null:
            return "NULL";
        case Kind::string_set:
            return "SS";
        case Kind::number_set:
            return "NS";
        case Kind::binary_set:
            return "BS";
        case Kind::list:
            return "L";
        case Kind::map:
            return "M";
    }
    return "";
}

namespace {

std::size_t number_bytes(const Decimal& number) {
    return (number.digit_count() + 1) / 2 + 1 + (number.is_negative() ? 1 : 0);
}

struct Sizer {
    std::size_t operator()(const std::string& text) const { return text.size(); }
    std::size_t operator()(const Decimal& number) const { return number_bytes(number); }
    std::size_t operator()(const Binary& binary) const { return binary.bytes.size(); }
    std::size_t operator()(bool) const { return 1; }
    std::size_t operator()(const Null&) const { return 1; }
    std::size_t operator()(const StringSet& set) const {
        std::size_t sum = 0;
        for (const auto& one : set) sum += one.size();
        return sum;
    }
    std::size_t operator()(const NumberSet& set) const {
        std::size_t sum = 0;
        for (const auto& one : set) sum += number_bytes(one);
        return sum;
    }
    std::size_t operator()(const BinarySet& set) const {
        std::size_t sum = 0;
        for (const auto& one : set) sum += one.bytes.size();
        return sum;
    }
    std::size_t operator()(const List& list) const {
        std::size_t sum = 3;
        for (const Value& one : list) sum += 1 + bytes_of(one);
        return sum;
    }
    std::size_t operator()(const Map& map) const { return 3 + map.size() + bytes_of(map); }
};

}  // namespace

std::size_t bytes_of(const Value& value) { return std::visit(Sizer(), value.held); }

std::size_t bytes_of(const Item& item) {
    std::size_t sum = 0;
    for (const auto& [name, value] : item) sum += name.size() + bytes_of(value);
    return sum;
}

int depth_of(const Value& value) {
    int deepest = 0;
    if (const auto* list = value.as<List>())
        for (const Value& one : *list) deepest = std::max(deepest, depth_of(one));
    else if (const auto* map = value.as<Map>())
        for (const auto& [name, one] : *map) deepest = std::max(deepest, depth_of(one));
    else
        return 0;
    return deepest + 1;
}

std::string key_bytes(const Value& value) {
    if (const auto* text = value.as<std::string>()) return *text;
    if (const auto* number = value.as<Decimal>()) return number->order_key();
    if (const auto* binary = value.as<Binary>()) return binary->bytes;
    return {};
}

std::string shown(const Value& value) {
    if (const auto* text = value.as<std::string>()) return fmt::format("{{S:{}}}", *text);
    if (const auto* number = value.as<Decimal>()) return fmt::format("{{N:{}}}", number->to_text());
    if (const auto* binary = value.as<Binary>())
        return fmt::format("{{B:{}}}", base64_encode(binary->bytes));
    return fmt::format("{{{}}}", code_of(value.kind()));
}

}  // namespace freshet::tables
