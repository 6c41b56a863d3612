#include "base/text/json_text.h"

#include <fmt/format.h>

#include "base/text/utf8.h"

namespace freshet {

void append_json_text(std::string_view text, std::string& out) {
    if (!is_utf8(text)) return append_json_text(repaired_utf8(text), out);
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\r') {
            out += "\\r";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

std::string json_text(std::string_view text) {
    std::string out;
    append_json_text(text, out);
    return out;
}

}  // namespace freshet
