// LIKE, SIMILAR TO and Java's regular expressions, compiled.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace freshet::flow {

/// A whole text against a pattern.
class Pattern {
  public:
    /// Errc::invalid: what is wrong with the pattern. `escape`: '\0' for none.
    static Result<Pattern> like(std::string_view pattern, char escape);
    static Result<Pattern> similar(std::string_view pattern, char escape);
    Pattern(Pattern&&) noexcept;
    ~Pattern();
    bool matches(std::string_view text) const;

  private:
    enum class Form { exact, prefix, suffix, contains, any };
    Pattern();
    Form form_ = Form::exact;
    std::string text_;              ///< of the simple forms
    std::unique_ptr<re2::RE2> re_;  ///< otherwise
};

/// A regular expression for REGEX_REPLACE: what RE2 and Java have in common.
class Regex {
  public:
    static Result<Regex> compile(std::string_view regex);
    Regex(Regex&&) noexcept;
    ~Regex();
    /// From the character at `start` (bytes, from 0) on: the `occurrence`th match replaced, all of
    /// them for 0.
    /// "$1" in `replacement` is a group.
    std::string replace(std::string_view text, std::string_view replacement, std::size_t start,
                        std::int64_t occurrence) const;

  private:
    Regex();
    std::unique_ptr<re2::RE2> re_;
};

}  // namespace freshet::flow
