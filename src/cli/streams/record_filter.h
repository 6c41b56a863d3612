// Which records a person wants to see.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace freshet::cli {

struct Wanted {
    std::string key, contains, regex;  ///< empty ones ask for nothing
};

class RecordFilter {
  public:
    /// Errc::invalid for a regular expression that is none, saying why.
    static Result<RecordFilter> make(const Wanted& wanted);
    ~RecordFilter();
    RecordFilter(RecordFilter&&) noexcept;
    /// All that is asked for holds: the key, a text in the data, a match in the data.
    bool passes(std::string_view key, std::string_view data) const;

  private:
    RecordFilter(Wanted wanted, std::unique_ptr<re2::RE2> regex);
    Wanted wanted_;
    std::unique_ptr<re2::RE2> regex_;
};

}  // namespace freshet::cli
