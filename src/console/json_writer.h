// Writes JSON text piece by piece. Each open() has its close(), a member is a key() and a value.
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
    JsonWriter& boolean(bool is_true);
    JsonWriter& raw(std::string_view json);  ///< a value that is JSON already
    /// Once, when all that was opened is closed.
    Bytes take();

    JsonWriter& member(std::string_view name, std::string_view value) {
        return key(name).text(value);
    }
    JsonWriter& member(std::string_view name, std::int64_t value) {
        return key(name).integer(value);
    }

  private:
    void comma();
    std::string out_;
    std::string open_;  ///< the brackets that are not closed yet
    bool wants_comma_ = false;
};

}  // namespace freshet::console
