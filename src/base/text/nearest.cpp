#include "base/text/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace freshet {
namespace {

constexpr std::size_t letters_max = 64;  ///< longer words are not compared
constexpr std::size_t listed_max = 30;   ///< words in a message

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Damerau-Levenshtein with adjacent swaps (optimal string alignment).
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::vector<std::size_t>> table(one.size() + 1,
                                                std::vector<std::size_t>(other.size() + 1));
    for (std::size_t i = 0; i <= one.size(); ++i) table[i][0] = i;
    for (std::size_t j = 0; j <= other.size(); ++j) table[0][j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const bool is_same = lower(one[i - 1]) == lower(other[j - 1]);
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                                    table[i - 1][j - 1] + (is_same ? 0 : 1)});
            if (i > 1 && j > 1 && lower(one[i - 1]) == lower(other[j - 2]) &&
                lower(one[i - 2]) == lower(other[j - 1]))
                table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
        }
    }
    return table[one.size()][other.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view given, const std::vector<std::string>& words) {
    if (given.empty() || given.size() > letters_max) return std::nullopt;
    std::optional<std::string> best;
    std::size_t fewest = std::max<std::size_t>(1, (given.size() + 1) / 3) + 1;
    for (const std::string& word : words) {
        if (word.size() > letters_max) continue;
        const std::size_t changes = distance(given, word);
        if (changes >= fewest) continue;
        fewest = changes;
        best = word;
    }
    return best;
}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& words) {
    if (const auto best = nearest(given, words)) return fmt::format("; did you mean '{}'?", *best);
    if (words.empty() || words.size() > listed_max) return "";
    return fmt::format("; there {} '{}'", words.size() == 1 ? "is" : "are",
                       fmt::join(words, "', '"));
}

}  // namespace freshet
