// Which of many sets of folders one more folder may be like, without looking at all of them: 10,000
// folders side by side with schemas of their own are common in buckets.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lake/types.h"

namespace freshet::lake {

/// Folders that are alike by more than 0.7 have a column in common among the rarest of each (of n
/// columns n - ceil(0.7 n) + 1: the others are too few). So each set is found by the rarest columns
/// of its folders. Formats that are given outlive this.
class Likely {
  public:
    enum class Rule {
        similar,       ///< is_similar()
        of_one_table,  ///< is_of_one_table() or is_similar(): one column in common is enough
        any            ///< every set may be the one
    };
    Likely(const std::vector<const Format*>& all, Rule rule);
    /// Numbers of sets, ascending, each once.
    std::vector<std::size_t> sets_for(const Format& format) const;
    /// The folder is in the set now.
    void add(const Format& format, std::size_t set);

  private:
    std::vector<std::string_view> signs_of(const Format& format) const;
    Rule rule_;
    std::unordered_map<std::string_view, std::size_t> times_;  ///< of a column's name
    std::unordered_map<std::string_view, std::vector<std::size_t>> sets_;
};

}  // namespace freshet::lake
