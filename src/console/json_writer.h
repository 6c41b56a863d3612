// Writes JSON text piece by piece; the caller keeps the order of open and close.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace freshet::console {

class JsonWriter {
  public:
    JsonWriter& open(char bracket);  ///< '{' or '['
    JsonWriter& close(char bracket);
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& text(const std::optional<std::string>& value);  ///< null when there is none
    JsonWriter& integer(std::int64_t value);
    JsonWriter& real(double value);  ///< null for what JSON has no number for
    JsonWriter& boolean(bool value);
    JsonWriter& raw(std::string_view json);  ///< a value that is JSON already
    Bytes take() { return Bytes::own(std::move(out_)); }

    JsonWriter& member(std::string_view name, std::string_view value) {
        return key(name).text(value);
    }
    JsonWriter& member(std::string_view name, std::int64_t value) {
        return key(name).integer(value);
    }

  private:
    void comma();
    std::string out_;
    bool wants_comma_ = false;
};

}  // namespace freshet::console
