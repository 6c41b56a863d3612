// Expressions of the table service, and the bytes of its items: any text is parsed or refused, what
// is parsed can be asked of an item, and an item that is decoded encodes to an item again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tables/expression/expression.h"

using namespace freshet::tables;

namespace {

Substitutes substitutes() {
    Substitutes with;
    with.names = {{"#a", "a"}, {"#b", "b.c"}};
    with.values = {{":n", {Decimal(7)}},
                   {":s", {std::string("text")}},
                   {":l", {List{{Decimal(1)}}}},
                   {":ss", {StringSet{"x", "y"}}}};
    return with;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    Item item{{"a", {Map{{"k", {Decimal(3)}}}}},
              {"l", {List{{Decimal(1)}, {true}}}},
              {"n", {Decimal(-2)}}};
    auto with = substitutes();
    if (auto condition = parse_condition("ConditionExpression", text, with))
        (void)holds(*condition, item);
    if (auto update = parse_update(text, with)) {
        auto after = apply_update(*update, item);
        if (after && decode(encode(*after)) != *after) std::abort();
    }
    if (auto paths = parse_projection(text, with)) (void)pick(item, *paths);
    if (auto number = Decimal::parse(text)) {
        if (*Decimal::parse(number->to_text()) != *number) std::abort();
        if (*Decimal::from_order_key(number->order_key()) != *number) std::abort();
    }
    if (auto decoded = decode(text)) {
        if (decode(encode(*decoded)) != *decoded) std::abort();
    }
    return 0;
}
