// Grok: regular expressions made of named patterns, "%{IP:client} %{NUMBER:bytes:long}". They are
// matched by RE2, in a time that grows with the line alone; what RE2 does not know (lookaround,
// back references) is refused by name.
#pragma once
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/types.h"

namespace re2 {
class RE2;
}

namespace freshet::lake {

/// Immutable. matches() may be called from any thread.
class Grok {
  public:
    /// `custom`: a definition a line, "NAME regular expression". The error says what is wrong.
    static std::expected<Grok, std::string> make(std::string_view pattern, std::string_view custom);
    Grok(Grok&&) noexcept;
    ~Grok();

    /// One for each field, in their order in the pattern: its name in lower case, its Hive type.
    const std::vector<Column>& columns() const { return columns_; }
    /// Whether the pattern is found in the line.
    bool matches(std::string_view line) const;

  private:
    Grok();
    std::vector<Column> columns_;
    std::unique_ptr<re2::RE2> expression_;
};

/// The definitions that every pattern may use: name, expression.
const std::map<std::string, std::string, std::less<>>& grok_patterns();

/// A log format that needs no classifier of the user's: its classification and its pattern.
struct LogFormat {
    std::string_view classification, pattern;
};
/// In the order in which they are tried.
const std::vector<LogFormat>& log_formats();

}  // namespace freshet::lake
