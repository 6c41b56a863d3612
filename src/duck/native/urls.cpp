// The parts of a URL, and application/x-www-form-urlencoded as Java writes it.
#include "duck/native/adapter.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using std::string_view;

struct Url {
    string_view scheme, host, port, path, query, fragment;
    bool has_query = false;
};

/// nullopt when it is not a URL at all: blanks or characters that must be escaped.
std::optional<Url> parse(string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= ' ' ||
            string_view("<>\"{}|\\^`").find(c) != string_view::npos)
            return std::nullopt;
    }
    Url url;
    if (const auto hash = text.find('#'); hash != string_view::npos) {
        url.fragment = text.substr(hash + 1);
        text = text.substr(0, hash);
    }
    if (const auto mark = text.find('?'); mark != string_view::npos) {
        url.query = text.substr(mark + 1);
        url.has_query = true;
        text = text.substr(0, mark);
    }
    const auto colon = text.find(':');
    const auto slash = text.find('/');
    if (colon != string_view::npos && (slash == string_view::npos || colon < slash)) {
        url.scheme = text.substr(0, colon);
        text = text.substr(colon + 1);
    }
    if (!text.starts_with("//")) {
        url.path = text;
        return url;
    }
    text.remove_prefix(2);
    const auto end = text.find('/');
    string_view authority = text.substr(0, end);
    if (end != string_view::npos) url.path = text.substr(end);
    if (const auto at = authority.rfind('@'); at != string_view::npos)
        authority.remove_prefix(at + 1);
    const auto port = authority.rfind(':');
    if (port != string_view::npos && authority.find(']', port) == string_view::npos) {
        url.port = authority.substr(port + 1);
        authority = authority.substr(0, port);
    }
    url.host = authority;
    return url;
}

int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

std::string unescaped(string_view text, bool plus) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 &&
            hex(text[i + 2]) >= 0) {
            made += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            made += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return made;
}

template <string_view Url::* part>
std::optional<std::string> extract(string_view text) {
    const auto url = parse(text);
    if (!url) return std::nullopt;
    return unescaped((*url).*part, false);
}
std::optional<std::int64_t> port(string_view text) {
    const auto url = parse(text);
    if (!url || url->port.empty() || url->port.size() > 5) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : url->port) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}
std::optional<std::string> parameter(string_view text, string_view name) {
    const auto url = parse(text);
    if (!url || !url->has_query) return std::nullopt;
    string_view rest = url->query;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto equal = pair.find('=');
        if (unescaped(pair.substr(0, equal), true) == name)
            return equal == string_view::npos ? "" : unescaped(pair.substr(equal + 1), true);
    }
    return std::nullopt;
}

std::string encode(string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string made;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
            string_view(".-*_").find(c) != string_view::npos) {
            made += c;
        } else if (c == ' ') {
            made += '+';
        } else {
            made += '%';
            made += digits[static_cast<unsigned char>(c) >> 4U];
            made += digits[static_cast<unsigned char>(c) & 15U];
        }
    }
    return made;
}
std::string decode(string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') continue;
        if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
            raise(sql::ErrorCode::invalid_function_argument,
                  "URLDecoder: Incomplete trailing escape (%) pattern");
    }
    return unescaped(text, true);
}

}  // namespace

void add_urls(duckdb::ExtensionLoader& loader) {
    add_native(loader, "url_extract_protocol", &extract<&Url::scheme>);
    add_native(loader, "url_extract_host", &extract<&Url::host>);
    add_native(loader, "url_extract_port", &port);
    add_native(loader, "url_extract_path", &extract<&Url::path>);
    add_native(loader, "url_extract_query", &extract<&Url::query>);
    add_native(loader, "url_extract_fragment", &extract<&Url::fragment>);
    add_native(loader, "url_extract_parameter", &parameter);
    add_native(loader, "url_encode", &encode);
    add_native(loader, "url_decode", &decode);
}

}  // namespace freshet::duck
