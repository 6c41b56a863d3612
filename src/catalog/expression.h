// The expressions of GetPartitions: year = '2026' AND month IN ('01', '02') OR day LIKE '1%'.
// Operators: = <> != < <= > >= AND OR NOT IN BETWEEN LIKE, IS [NOT] NULL, parentheses.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/types.h"

namespace freshet::catalog {

class Expression {
  public:
    /// Errc::invalid says at which character, and what was expected. An empty text is always true.
    static Result<Expression> parse(std::string_view text, const std::vector<Column>& keys);
    ~Expression();
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;

    /// `values`: one for each key. They compare as the key's type says (catalog/key_value.h);
    /// anything that is not a value of it, NULL included, is unknown in comparisons, as in SQL.
    bool matches(const std::vector<std::string>& values) const;

    struct Node;

  private:
    explicit Expression(std::unique_ptr<Node> root);
    std::unique_ptr<Node> root_;
};

}  // namespace freshet::catalog
