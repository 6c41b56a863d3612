// Whether a file's first row names its columns, judged by the rows below it. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace freshet::cli {

inline constexpr std::size_t header_sample_rows = 20;  ///< below the first row

struct HeaderVerdict {
    bool is_header = false;
    std::string why;  ///< "below 'ID' come numbers", to follow "because"
};

/// A header is a row without numbers, dates or truth values over at least one column in which all
/// cells of `below` are of one such kind, or of one form that its own cell has not. A first row
/// that is like the others is none: a row too many can be seen and filtered, a lost row cannot.
HeaderVerdict judge_header(const std::vector<std::string>& first,
                           const std::vector<std::vector<std::string>>& below);

}  // namespace freshet::cli
