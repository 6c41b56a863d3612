#include "console/json_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "base/check.h"
#include "base/text/json_text.h"
#include "record/json/json.h"

namespace freshet::console {

void JsonWriter::comma() {
    FRESHET_CHECK(!open_.empty() || out_.empty());  // one value at the top
    if (wants_comma_) out_ += ',';
    wants_comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
    FRESHET_CHECK(bracket == '{' || bracket == '[');
    comma();
    out_ += bracket;
    open_ += bracket;
    wants_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    FRESHET_CHECK(!open_.empty());
    FRESHET_CHECK(bracket == (open_.back() == '{' ? '}' : ']'));
    open_.pop_back();
    out_ += bracket;
    wants_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    FRESHET_CHECK(open_.ends_with('{'));  // a list has no keys
    comma();
    append_json_text(name, out_);
    out_ += ':';
    wants_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    comma();
    append_json_text(value, out_);
    return *this;
}

JsonWriter& JsonWriter::text(const std::optional<std::string>& value) {
    return value ? text(std::string_view(*value)) : raw("null");
}

JsonWriter& JsonWriter::integer(std::int64_t value) { return raw(std::to_string(value)); }

JsonWriter& JsonWriter::real(double value) {
    return raw(std::isfinite(value) ? fmt::format("{:.3f}", value) : "null");
}

JsonWriter& JsonWriter::boolean(bool is_true) { return raw(is_true ? "true" : "false"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
}

Bytes JsonWriter::take() {
    FRESHET_CHECK(open_.empty());  // whoever reads it gets a whole document
    return Bytes::own(std::move(out_));
}

}  // namespace freshet::console
