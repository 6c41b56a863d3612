// Which of many prefixes a key lies below, for keys in ascending order: one walk over the index
// serves all partitions of a page.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::maintenance {

class PrefixSweep {
  public:
    /// In any order; one may begin with another, or be there twice.
    explicit PrefixSweep(std::vector<std::string> prefixes);
    /// What all prefixes begin with.
    std::string_view common() const;
    /// The places, in the list that was given, of the prefixes that `key` begins with; good until
    /// the next call. `key` is not less than the key before.
    const std::vector<std::size_t>& below(std::string_view key);
    /// After what the walk continues that has come to `last`: keys that are below no prefix are
    /// left out. Nothing when no prefix is left.
    std::optional<std::string> continue_after(std::string_view last) const;

  private:
    std::vector<std::string> prefixes_;
    std::vector<std::size_t> order_;  ///< of prefixes_, ascending
    std::size_t next_ = 0;            ///< in order_: the first that is greater than all keys so far
    std::vector<std::size_t> open_;   ///< the last key begins with them
};

}  // namespace freshet::maintenance
