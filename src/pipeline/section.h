// One map of a pipeline file, read key by key: each key is asked for once, and what nobody asked
// for is a problem. A key of the wrong kind is a problem too, and reads as its default.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/value.h"

namespace freshet::pipeline {

class Section {
  public:
    /// `value` and `problems` outlive it. `value` may be empty: a resource without settings.
    Section(const Value& value, Problems& problems);

    const Value& value() const { return value_; }
    Problems& problems() { return problems_; }
    void wrong(std::string_view key, std::string_view what);

    bool has(std::string_view key) const { return value_.find(key) != nullptr; }
    /// A problem when it is not there.
    std::string text(std::string_view key);
    std::string text(std::string_view key, std::string_view otherwise);
    int number(std::string_view key, int otherwise);
    bool is_on(std::string_view key, bool is_on_otherwise);
    std::vector<std::string> texts(std::string_view key);
    /// A map of texts in the file's order.
    std::vector<std::pair<std::string, std::string>> pairs(std::string_view key);
    /// One of `words`.
    std::string word(std::string_view key, const std::vector<std::string>& words,
                     std::string_view otherwise);
    /// A map or a list of maps inside; an empty one when it is not there.
    Section inner(std::string_view key);
    std::vector<Section> list(std::string_view key);
    /// Those keys that nobody asked for become problems.
    void finish();

  private:
    const Value* take(std::string_view key, Value::Kind kind, const char* kind_name);
    const Value& value_;
    Problems& problems_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace freshet::pipeline
