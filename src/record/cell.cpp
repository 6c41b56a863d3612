#include "record/cell.h"

#include <cstring>

#include "base/text/utf8.h"
#include "record/text.h"

namespace freshet::record {

std::string_view sized_text(const Type& type, std::string_view text, Arena& arena) {
    const auto size = static_cast<std::size_t>(type.size);
    text = utf8_prefix(text, size);
    if (type.kind != Kind::character) return text;
    const std::size_t characters = utf8_length(text);
    if (characters == size) return text;
    char* const to = arena.take(text.size() + size - characters);
    std::memcpy(to, text.data(), text.size());
    std::memset(to + text.size(), ' ', size - characters);
    return {to, text.size() + size - characters};
}

std::size_t sized_bytes(const Type& type, std::string_view text) {
    const auto size = static_cast<std::size_t>(type.size);
    text = utf8_prefix(text, size);
    if (type.kind != Kind::character) return text.size();
    return text.size() + size - utf8_length(text);
}

bool push_cell(Vector& column, std::string_view text, Arena& arena) {
    const Kind kind = column.type.kind;
    if (is_text(kind)) {
        column.push(sized_text(column.type, text, arena));
        return true;
    }
    if (trimmed(text).empty()) {
        column.push_null();
        return true;
    }
    if (storage_of(kind) == Storage::reals) {
        const auto value = parse_real(text);
        if (!value) return false;
        column.push(kind == Kind::real ? static_cast<double>(static_cast<float>(*value)) : *value);
        return true;
    }
    if (kind == Kind::varbinary) {
        if (text.size() > static_cast<std::size_t>(column.type.size)) return false;
        column.push(text);
        return true;
    }
    std::optional<std::int64_t> value;
    if (is_integer(kind)) {
        value = parse_integer(text);
        if (value && !fits(kind, *value)) return false;
    } else if (kind == Kind::decimal) {
        value = parse_decimal(text, column.type.scale);
        if (value && std::abs(*value) >= power_of_ten(column.type.size)) return false;
    } else if (kind == Kind::boolean) {
        value = parse_boolean(text);
    } else if (kind == Kind::date) {
        value = parse_date(text);
    } else if (kind == Kind::time) {
        value = parse_time(text);
    } else if (kind == Kind::timestamp) {
        value = parse_timestamp(text);
    }
    if (!value) return false;
    column.push(*value);
    return true;
}

}  // namespace freshet::record
