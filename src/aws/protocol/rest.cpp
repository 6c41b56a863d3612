#include "aws/protocol/rest.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/protocol/scalar.h"
#include "base/text/ascii.h"
#include "base/time.h"

namespace freshet::aws {
namespace {

std::optional<std::string_view> find_pair(const Pairs& pairs, std::string_view name) {
    for (const auto& [key, value] : pairs) {
        if (key == name) return value;
    }
    return std::nullopt;
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
    if (text.size() < prefix.size()) return false;
    return std::ranges::equal(text.substr(0, prefix.size()), prefix, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    });
}

Answer<void> decode_list(const Shape& shape, std::string_view text, void* out, Stamp stamp) {
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string_view part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        while (part.starts_with(' ')) part.remove_prefix(1);
        auto done = scalar_from_text(*shape.element, part, shape.list->append(out), stamp);
        if (!done) return done;
    }
    return {};
}

Answer<void> decode_text(const Member& member, std::string_view text, void* out) {
    const Stamp stamp = member.stamp == Stamp::natural && member.location == Location::header
                            ? Stamp::rfc822
                            : member.stamp;
    void* place = member.make(out);
    if (member.shape->kind == Kind::list) return decode_list(*member.shape, text, place, stamp);
    return scalar_from_text(*member.shape, text, place, stamp);
}

Answer<void> decode_prefixed(const Member& member, const io::Headers& headers, void* out) {
    void* map = nullptr;
    for (const auto& [name, value] : headers.all()) {
        if (!starts_with_any_case(name, member.wire)) continue;
        if (!map) map = member.make(out);
        std::string key = lower(name.substr(std::string_view(member.wire).size()));
        auto done =
            scalar_from_text(*member.shape->element, value,
                             member.shape->list->append_key(map, std::move(key)), Stamp::natural);
        if (!done) return done;
    }
    return {};
}

/// S3's words for a header or a parameter that is not of its kind.
Fault wrong_argument(const Member& member, std::string_view text) {
    const bool is_number = member.shape->kind == Kind::integer || member.shape->kind == Kind::int64;
    return {"InvalidArgument",
            fmt::format("Provided {} not {}", member.wire,
                        is_number ? "an integer or within integer range" : "a value of its kind"),
            400,
            {{"ArgumentName", member.wire}, {"ArgumentValue", std::string(text)}}};
}

Fault missing_argument(const Member& member) {
    return {"InvalidArgument",
            fmt::format("{} is missing", member.wire),
            400,
            {{"ArgumentName", member.wire}}};
}

/// A condition that is not a date is ignored (RFC 9110, 13.1.3 and 13.1.4).
bool is_void(const Member& member, std::string_view text) {
    const std::string_view name = member.wire;
    Timestamp date;
    return member.location == Location::header &&
           (name == "If-Modified-Since" || name == "If-Unmodified-Since") &&
           !scalar_from_text(*member.shape, text, &date, Stamp::rfc822);
}

}  // namespace

Target parse_target(std::string_view text) {
    Target target;
    const auto question = text.find('?');
    target.path = std::string(text.substr(0, question));
    if (question != std::string_view::npos)
        target.query = parse_query_string(text.substr(question + 1));
    return target;
}

namespace {

/// Adds to `score` for each name that the template's query has and the target too; false when one
/// is missing. Names and values of templates have no escapes.
bool matches_query(std::string_view wanted, const Target& target, int& score) {
    while (!wanted.empty()) {
        const std::string_view one = wanted.substr(0, wanted.find('&'));
        wanted.remove_prefix(std::min(wanted.size(), one.size() + 1));
        const std::string_view name = one.substr(0, one.find('='));
        const std::string_view value = one.substr(std::min(one.size(), name.size() + 1));
        const auto given = find_pair(target.query, name);
        if (!given || (!value.empty() && *given != value)) return false;
        score += 100;
    }
    return true;
}

}  // namespace

std::optional<Match> match_uri(std::string_view uri, const Target& target) {
    Match match;
    const auto question = uri.find('?');
    if (question != std::string_view::npos) {
        if (!matches_query(uri.substr(question + 1), target, match.score)) return std::nullopt;
        uri = uri.substr(0, question);
    }
    std::string_view path = target.path;
    while (uri.size() > 1 && uri.ends_with('/')) uri.remove_suffix(1);
    while (path.size() > 1 && path.ends_with('/') && uri.find("+}") == std::string_view::npos)
        path.remove_suffix(1);
    while (!uri.empty()) {
        if (uri[0] != '{') {
            if (path.empty() || path[0] != uri[0]) return std::nullopt;
            uri.remove_prefix(1);
            path.remove_prefix(1);
            ++match.score;
            continue;
        }
        const auto close = uri.find('}');
        const bool is_greedy = uri[close - 1] == '+';
        const std::string_view name = uri.substr(1, close - 1 - (is_greedy ? 1 : 0));
        uri.remove_prefix(close + 1);
        const auto end = is_greedy ? std::string_view::npos : path.find(uri.empty() ? '/' : uri[0]);
        const std::string_view value = path.substr(0, end);
        if (value.empty()) return std::nullopt;
        match.labels.emplace_back(name, percent_decode(value, false));
        path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    }
    if (!path.empty()) return std::nullopt;
    return match;
}

Answer<void> decode_bindings(const OperationInfo& operation, const Pairs& labels,
                             const Target& target, const io::Headers& headers, void* out,
                             Violations& violations) {
    const bool is_s3 = operation.service->protocol == Protocol::rest_xml;
    for (const Member& member : operation.input->members) {
        std::optional<std::string_view> text;
        if (member.location == Location::uri)
            text = find_pair(labels, member.wire);
        else if (member.location == Location::header)
            text = headers.find(member.wire);
        else if (member.location == Location::query)
            text = find_pair(target.query, member.wire);
        else if (member.location != Location::headers)
            continue;
        if (text && is_void(member, *text)) continue;
        Answer<void> done;
        if (member.location == Location::headers)
            done = decode_prefixed(member, headers, out);
        else if (text)
            done = decode_text(member, *text, out);
        else if (member.is_required && is_s3)
            return std::unexpected(missing_argument(member));
        else if (member.is_required)
            violations.add_missing(Path{nullptr, member.name, 0, nullptr});
        if (!done && text && is_s3) return std::unexpected(wrong_argument(member, *text));
        if (!done) return done;
    }
    return {};
}

void encode_bindings(const Shape& shape, const void* value, io::HttpResponse& response) {
    for (const Member& member : shape.members) {
        const void* inner = member.in(value);
        if (!inner) continue;
        if (member.location == Location::status)
            response.status = *static_cast<const std::int32_t*>(inner);
        if (member.location == Location::header) {
            const Stamp stamp = member.stamp == Stamp::natural ? Stamp::rfc822 : member.stamp;
            response.headers.set(member.wire, scalar_to_text(*member.shape, inner, stamp));
        }
        if (member.location != Location::headers) continue;
        for (std::size_t i = 0; i < member.shape->list->size(inner); ++i) {
            response.headers.add(member.wire + *member.shape->list->key_at(inner, i),
                                 scalar_to_text(*member.shape->element,
                                                member.shape->list->at(inner, i), Stamp::natural));
        }
    }
}

const Member* payload_of(const Shape& shape) {
    for (const Member& member : shape.members) {
        if (member.location == Location::payload) return &member;
    }
    return nullptr;
}

}  // namespace freshet::aws
