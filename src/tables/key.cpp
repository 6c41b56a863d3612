#include "tables/key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "tables/errors.h"
#include "tables/limits.h"

namespace freshet::tables {
namespace {

Failure invalid(std::string text) {
    return fail(Errc::invalid, "One or more parameter values were invalid: " + text);
}

Failure no_match() {
    return fail(Errc::invalid, "The provided key element does not match the schema");
}

Result<> check_content(const KeyPart& part, const Value& value, bool is_hash) {
    const std::size_t size = key_bytes(value).size();
    if (size == 0)
        return fail(Errc::invalid,
                    fmt::format("One or more parameter values are not valid. The AttributeValue "
                                "for a key attribute cannot contain an empty {} value. Key: {}",
                                value.as<Binary>() ? "binary" : "string", part.name));
    if (is_hash && size > limits::hash_key_bytes_max)
        return invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes");
    if (!is_hash && size > limits::range_key_bytes_max)
        return invalid(
            "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
    return {};
}

std::vector<const KeyPart*> parts_of(const KeySchema& keys) {
    std::vector<const KeyPart*> parts{&keys.hash};
    if (keys.range) parts.push_back(&*keys.range);
    return parts;
}

Result<> check_index(const Index& index, const Item& item) {
    for (const KeyPart* part : parts_of(index.keys)) {
        const auto found = item.find(part->name);
        if (found == item.end()) continue;
        if (found->second.kind() != part->kind)
            return invalid(fmt::format(
                "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}", part->name,
                code_of(part->kind), code_of(found->second.kind()), index.name));
        auto good = check_content(*part, found->second, part == &index.keys.hash);
        if (!good) return good;
    }
    return {};
}

}  // namespace

std::int64_t slot_of(std::string_view hash) {
    const Sha256 digest = sha256(hash);
    std::int64_t slot = 0;
    for (int i = 0; i < 4; ++i) slot = slot << 8 | digest[static_cast<std::size_t>(i)];
    return slot;
}

KeyBytes key_of(const KeySchema& keys, const Item& item) {
    KeyBytes key;
    FRESHET_CHECK(item.contains(keys.hash.name));  // check_key() or check_item() was asked
    key.hash = key_bytes(item.at(keys.hash.name));
    if (keys.range) key.range = key_bytes(item.at(keys.range->name));
    key.slot = slot_of(key.hash);
    FRESHET_CHECK(key.slot >= 0 && key.slot < slots);  // each entry is in one segment of a scan
    return key;
}

std::string joined(const KeyBytes& key) {
    return fmt::format("{:04x}", key.hash.size()) + key.hash + key.range;
}

Item key_part(const KeySchema& keys, const Item& item) {
    Item out;
    for (const KeyPart* part : parts_of(keys))
        if (const auto found = item.find(part->name); found != item.end()) out.insert(*found);
    return out;
}

Result<> check_key(const Table& table, const Item& key) {
    const auto parts = parts_of(table.primary.keys);
    if (key.size() != parts.size()) return no_match();
    for (const KeyPart* part : parts) {
        const auto found = key.find(part->name);
        if (found == key.end() || found->second.kind() != part->kind) return no_match();
        auto good = check_content(*part, found->second, part == parts.front());
        if (!good) return good;
    }
    return {};
}

Result<> check_item(const Table& table, const Item& item) {
    const auto parts = parts_of(table.primary.keys);
    for (const KeyPart* part : parts) {
        const auto found = item.find(part->name);
        if (found == item.end())
            return invalid(fmt::format("Missing the key {} in the item", part->name));
        if (found->second.kind() != part->kind)
            return invalid(fmt::format("Type mismatch for key {} expected: {} actual: {}",
                                       part->name, code_of(part->kind),
                                       code_of(found->second.kind())));
        auto good = check_content(*part, found->second, part == parts.front());
        if (!good) return good;
    }
    for (const Index& index : table.indexes)
        if (auto good = check_index(index, item); !good) return good;
    return {};
}

bool is_in(const Index& index, const Item& item) {
    return std::ranges::all_of(parts_of(index.keys), [&](const KeyPart* part) {
        const auto found = item.find(part->name);
        return found != item.end() && found->second.kind() == part->kind;
    });
}

Item projected(const Table& table, const Index& index, const Item& item) {
    if (index.projection == Projection::all) return item;
    Item out = key_part(table.primary.keys, item);
    out.merge(key_part(index.keys, item));
    if (index.projection == Projection::include)
        for (const std::string& name : index.included)
            if (const auto found = item.find(name); found != item.end()) out.insert(*found);
    return out;
}

const std::string& beyond() {
    static const std::string text(limits::range_key_bytes_max + 1, '\xff');
    return text;
}

namespace {

/// AND over AND over comparisons, as one row of comparisons.
bool append_comparisons(const Condition& condition, std::vector<const Condition*>& out) {
    if (condition.test != Test::all_of) {
        out.push_back(&condition);
        return condition.parts.empty();
    }
    return std::ranges::all_of(
        condition.parts, [&](const Condition& part) { return append_comparisons(part, out); });
}

Result<const Value*> operand_of(const Condition& one, std::size_t at, const KeyPart& part) {
    const auto* value = std::get_if<Value>(&one.operands[at].held);
    if (!value) return fail(Errc::invalid, "Query key condition not supported");
    if (value->kind() != part.kind)
        return invalid("Condition parameter type does not match schema type");
    auto good = check_content(part, *value, false);
    if (!good && !(one.test == Test::begins_with && key_bytes(*value).empty())) return pass(good);
    return value;
}

Result<> narrow(const Condition& one, const KeyPart& part, KeyRange& range) {
    auto first = operand_of(one, 1, part);
    if (!first) return pass(first);
    const std::string bytes = key_bytes(**first), next = bytes + '\0';
    const auto unsupported = [] {
        return fail(Errc::invalid, "Query key condition not supported");
    };
    switch (one.test) {
        case Test::equal:
            range.low = bytes;
            range.high = next;
            return {};
        case Test::less:
            range.high = bytes;
            return {};
        case Test::less_equal:
            range.high = next;
            return {};
        case Test::greater:
            range.low = next;
            return {};
        case Test::greater_equal:
            range.low = bytes;
            return {};
        case Test::between: {
            auto second = operand_of(one, 2, part);
            if (!second) return pass(second);
            range.low = bytes;
            range.high = key_bytes(**second) + '\0';
            return {};
        }
        case Test::begins_with:
            if (part.kind == Kind::number) return unsupported();
            range.low = bytes;
            range.high = bytes + beyond();
            return {};
        case Test::not_equal:
        case Test::in:
        case Test::exists:
        case Test::not_exists:
        case Test::has_type:
        case Test::contains:
        case Test::all_of:
        case Test::any_of:
        case Test::none_of:
            break;
    }
    return unsupported();
}

}  // namespace

Result<KeyRange> range_of(const KeySchema& keys, const Condition& condition) {
    std::vector<const Condition*> all;
    if (!append_comparisons(condition, all))
        return fail(Errc::invalid, "Query key condition not supported");
    KeyRange range{"", "", beyond()};
    bool has_hash = false, has_range = false;
    for (const Condition* one : all) {
        const auto* path =
            one->operands.empty() ? nullptr : std::get_if<Path>(&one->operands[0].held);
        if (!path || path->size() != 1 || one->operands.size() < 2)
            return fail(Errc::invalid, "Query key condition not supported");
        const std::string& name = path->front().name;
        const bool is_hash = name == keys.hash.name;
        if (!is_hash && !(keys.range && name == keys.range->name)) continue;
        if (std::exchange(is_hash ? has_hash : has_range, true))
            return fail(Errc::invalid,
                        "KeyConditionExpressions must only contain one condition per key");
        if (is_hash) {
            if (one->test != Test::equal)
                return fail(Errc::invalid, "Query key condition not supported");
            auto value = operand_of(*one, 1, keys.hash);
            if (!value) return pass(value);
            range.hash = key_bytes(**value);
        } else if (auto narrowed = narrow(*one, *keys.range, range); !narrowed) {
            return pass(narrowed);
        }
    }
    const auto missed = [](const std::string& name) {
        return fail(Errc::invalid, "Query condition missed key schema element: " + name);
    };
    if (!has_hash) return missed(keys.hash.name);
    if (all.size() > 1 && !has_range) {
        if (keys.range) return missed(keys.range->name);
        return fail(Errc::invalid, "Query key condition not supported");
    }
    if (all.size() > 2) return fail(Errc::invalid, "Conditions can be of length 1 or 2 only");
    return range;
}

}  // namespace freshet::tables
