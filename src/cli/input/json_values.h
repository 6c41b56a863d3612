// JSON values one after the other in a text that comes in pieces: lines of objects, values in a
// row, or the elements of arrays. Each comes on one line, checked. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::cli {

inline constexpr std::size_t json_depth_max = 256;  ///< of brackets inside one another

/// Takes the value that begins at `at` (after white space), and moves `at` after it: its text
/// without white space between tokens. Nothing when `text` ends within it and `is_all` is false.
/// Errc::invalid names the place in `text` as "byte N" (from 1) and what is wrong.
Result<std::optional<std::string>> next_json_value(std::string_view text, std::size_t& at,
                                                   bool is_all);

/// The member `name` of an object that next_json_value() gave: a string's characters, or the text
/// of another value. Nothing when it is not an object, or has no such member, or null.
std::optional<std::string> json_member(std::string_view object, std::string_view name);

/// Walks over one file: values, and the elements of arrays at its top.
class JsonRows {
  public:
    enum class Step { row, more, end };
    /// `row`: the next one is in `out`. `more`: call again with more after `text` (`at` stays
    /// valid). `is_all`: nothing follows `text`.
    Result<Step> next(std::string_view text, std::size_t& at, bool is_all, std::string& out);
    bool was_array() const { return was_array_; }

  private:
    enum class Place { top, first_element, comma, element };
    Place place_ = Place::top;
    bool was_array_ = false;
};

}  // namespace freshet::cli
