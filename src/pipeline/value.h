// A pipeline file as a tree in which each value knows its line and column; the only place that
// knows YAML. Parameters are put in afterwards, so that a value cannot change the file's shape.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace freshet::pipeline {

inline constexpr std::size_t values_max = 50'000;  ///< of a file, aliases written out
inline constexpr int depth_max = 24;

struct Member;

struct Value {
    enum class Kind { nothing, text, list, map };
    Kind kind = Kind::nothing;
    std::string text;
    std::vector<Value> items;                       ///< of a list
    std::vector<Member> members;                    ///< of a map, in the file's order
    int line = 0, column = 0;                       ///< from 1
    const Value* find(std::string_view key) const;  ///< of a map
    std::string place() const;                      ///< "12:5"
};

struct Member {
    Value key, value;
};

/// What is wrong with a file, in the order it was found: "12:5: there is no key 'shard'".
class Problems {
  public:
    void add(const Value& where, std::string_view what);
    void add(std::string line) { lines_.push_back(std::move(line)); }
    bool empty() const { return lines_.empty(); }
    std::size_t size() const { return lines_.size(); }
    /// Each on a line of its own, after `file_name`; at most twenty.
    std::string text(std::string_view file_name) const;

  private:
    std::vector<std::string> lines_;
};

/// The tree of `text`; nothing, with a problem, when it is not YAML, or a key is there twice, or
/// there is more than one document.
Value read_yaml(std::string_view text, Problems& problems);

using Parameters = std::map<std::string, std::string>;

/// The file's `parameters` section with `given` over it. One in `given` that the file does not know
/// is a problem.
Parameters parameters_of(const Value& root, const Parameters& given, Problems& problems);

/// Puts `${NAME}` and `${NAME:-default}` into every text below `value`, keys apart; `$${` is a
/// plain `${`. A name without a value is a problem.
void substitute(Value& value, const Parameters& parameters, Problems& problems);

/// The same in the content of a file; problems name `file_name` and the line.
std::string substitute(std::string_view content, std::string_view file_name,
                       const Parameters& parameters, Problems& problems);

}  // namespace freshet::pipeline
