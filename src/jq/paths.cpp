#include "jq/paths.h"

#include <simdjson.h>

namespace freshet::jq {
namespace {

using Element = simdjson::dom::element;
using Kind = simdjson::dom::element_type;

/// Reads a query from its beginning.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}
    bool take(char c) {
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool is_at_end() {
        skip_blanks();
        return at_ == text_.size();
    }
    /// "" when there is none.
    std::string name() {
        skip_blanks();
        return plain_name();
    }
    /// A name, or a text of plain characters.
    std::string key() {
        if (!take('"')) return name();
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') ++at_;
        if (at_ == text_.size() || text_[at_] != '"') return "";
        return std::string(text_.substr(begin, at_++ - begin));
    }
    /// ".a.b"; empty when it is something else.
    std::vector<std::string> path() {
        std::vector<std::string> names;
        skip_blanks();
        while (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            names.push_back(plain_name());
            if (names.back().empty()) return {};
        }
        return names;
    }

  private:
    void skip_blanks() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    }
    std::string plain_name() {
        const auto is_letter = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        };
        const std::size_t begin = at_;
        while (at_ < text_.size() &&
               (is_letter(text_[at_]) || (at_ > begin && text_[at_] >= '0' && text_[at_] <= '9')))
            ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

/// The last of members with the same key, as for jq.
std::optional<Element> member(const Element& of, std::string_view name) {
    if (of.type() != Kind::OBJECT) return std::nullopt;
    std::optional<Element> found;
    for (const auto& [key, value] : simdjson::dom::object(of)) {
        if (key == name) found = value;
    }
    return found;
}

/// Nothing when jq has a rule for how it prints.
std::optional<std::string> plain_text(const Element& value) {
    constexpr std::int64_t integer_max = std::int64_t{1} << 53;  // a double holds each up to it
    switch (value.type()) {
        case Kind::STRING:
            return std::string(std::string_view(value));
        case Kind::BOOL:
            return bool(value) ? "true" : "false";
        case Kind::INT64: {
            const std::int64_t number(value);
            if (number < -integer_max || number > integer_max) return std::nullopt;
            return std::to_string(number);
        }
        case Kind::UINT64:
        case Kind::DOUBLE:
        case Kind::NULL_VALUE:
        case Kind::ARRAY:
        case Kind::OBJECT:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Paths> Paths::of(std::string_view query) {
    Reader in(query);
    Paths paths;
    if (!in.take('{')) return std::nullopt;
    do {
        Member member{in.key(), {}};
        if (member.key.empty() || !in.take(':')) return std::nullopt;
        member.path = in.path();
        if (member.path.empty()) return std::nullopt;
        paths.members_.push_back(std::move(member));
    } while (in.take(','));
    if (!in.take('}') || !in.is_at_end()) return std::nullopt;
    return paths;
}

std::optional<std::map<std::string, std::string>> Paths::keys(const Element& record) const {
    std::map<std::string, std::string> keys;
    for (const Member& wanted : members_) {
        std::optional<Element> value = record;
        for (const std::string& name : wanted.path) {
            value = member(*value, name);
            if (!value) return std::nullopt;
        }
        auto text = plain_text(*value);
        if (!text) return std::nullopt;
        keys[wanted.key] = std::move(*text);
    }
    return keys;
}

}  // namespace freshet::jq
