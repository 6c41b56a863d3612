#include "cli/input/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace freshet::cli {
namespace {

enum class Form { empty, number, truth, date, capitals, with_digits, text };

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+') || text.starts_with('$'))
        text.remove_prefix(1);
    if (text.ends_with('%')) text.remove_suffix(1);
    bool has_digits = false, is_exponent = false;
    for (const char c : text) {
        const bool is_sign = (c == '-' || c == '+') && is_exponent;
        is_exponent = has_digits && (c == 'e' || c == 'E');
        if (!is_digit(c) && c != '.' && c != ',' && !is_sign && !is_exponent) return false;
        has_digits = has_digits || is_digit(c);
    }
    return has_digits;
}

bool is_truth(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    static constexpr std::string_view words[] = {"true", "false", "yes", "no"};
    return std::ranges::find(words, lower) != std::end(words);
}

/// Begins like 2026-01-31, 31.1.2026, 1/31/2026 or 12:30.
bool is_date(std::string_view text) {
    std::size_t parts = 0, digits = 0;
    char mark = 0;
    for (const char c : text) {
        if (is_digit(c)) {
            ++digits;
            continue;
        }
        if (digits == 0 || digits > 4) return false;
        const bool is_mark = c == '-' || c == '/' || c == '.' || c == ':';
        if (!is_mark || (mark != 0 && c != mark)) break;
        mark = c;
        ++parts;
        digits = 0;
    }
    return (digits > 0 && parts >= 2) || (parts == 1 && mark == ':' && digits == 2);
}

Form form_of(std::string_view text) {
    if (text.empty()) return Form::empty;
    if (is_date(text)) return Form::date;
    if (is_number(text)) return Form::number;
    if (is_truth(text)) return Form::truth;
    if (std::ranges::any_of(text, is_digit)) return Form::with_digits;
    const bool has_lower = std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
    const bool has_upper = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    return has_upper && !has_lower ? Form::capitals : Form::text;
}

const char* plural(Form form) {
    switch (form) {
        case Form::number:
            return "numbers";
        case Form::truth:
            return "true and false";
        case Form::date:
            return "dates";
        case Form::capitals:
            return "words in capitals";
        case Form::with_digits:
            return "texts with digits";
        case Form::empty:
        case Form::text:
            break;
    }
    return "texts";
}

const char* singular(Form form) {
    switch (form) {
        case Form::number:
            return "a number";
        case Form::truth:
            return "true or false";
        case Form::date:
            return "a date";
        case Form::empty:
        case Form::capitals:
        case Form::with_digits:
        case Form::text:
            break;
    }
    return "a text";
}

/// The form that all cells of a column have, empty ones apart; text when they differ.
Form form_below(const std::vector<std::vector<std::string>>& below, std::size_t column) {
    Form all = Form::empty;
    for (const auto& row : below) {
        const Form one = column < row.size() ? form_of(row[column]) : Form::empty;
        if (one == Form::empty || one == all) continue;
        if (all != Form::empty) return Form::text;
        all = one;
    }
    return all;
}

}  // namespace

HeaderVerdict judge_header(const std::vector<std::string>& first,
                           const std::vector<std::vector<std::string>>& below) {
    for (const std::string& cell : first) {
        const Form form = form_of(cell);
        if (form == Form::number || form == Form::truth || form == Form::date)
            return {false, fmt::format("'{}' in it is {}", cell, singular(form))};
    }
    if (below.empty()) return {false, "there is no other row to compare it with"};
    for (std::size_t column = 0; column < first.size(); ++column) {
        const Form form = form_below(below, column), own = form_of(first[column]);
        if (own == Form::empty || form == Form::empty || form == Form::text || form == own)
            continue;
        return {true, fmt::format("below '{}' come {}", first[column], plural(form))};
    }
    return {false, "it is like the rows below it"};
}

}  // namespace freshet::cli
