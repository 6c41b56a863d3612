#include "lake/glob.h"

#include <optional>
#include <string>
#include <vector>

#include "lake/limits.h"

namespace freshet::lake {
namespace {

/// The glob without its first {a,b}, once for each of a and b; a glob without braces is itself.
bool expand(const std::string& glob, std::vector<std::string>& out) {
    std::vector<std::string> pending{glob};
    while (!pending.empty()) {
        const std::string one = std::move(pending.back());
        pending.pop_back();
        std::size_t open = 0;
        while (open < one.size() && one[open] != '{') open += one[open] == '\\' ? 2 : 1;
        if (open >= one.size()) {
            out.push_back(one);
        } else {
            const std::size_t close = one.find('}', open);
            if (close == std::string::npos) return false;
            for (std::size_t at = open + 1; at <= close;) {
                const std::size_t end = std::min(one.find(',', at), close);
                pending.push_back(one.substr(0, open) + one.substr(at, end - at) +
                                  one.substr(close + 1));
                at = end + 1;
            }
        }
        if (out.size() + pending.size() > limits::glob_alternatives_max) return false;
    }
    return true;
}

/// One element of a glob: the characters that it matches, and whether any number of them.
struct Step {
    enum class Sort { text, within, across, any, set };
    Sort sort = Sort::text;
    char c = 0;
    std::string_view set;

    bool repeats() const { return sort == Sort::within || sort == Sort::across; }
    bool takes(char other) const {
        switch (sort) {
            case Sort::text:
                return other == c;
            case Sort::within:
            case Sort::any:
                return other != '/';
            case Sort::across:
                return true;
            case Sort::set:
                break;
        }
        const bool is_not = set.starts_with('!');
        bool is_in_set = false;
        for (std::size_t i = is_not ? 1 : 0; i < set.size() && !is_in_set; ++i) {
            const bool is_range = i + 2 < set.size() && set[i + 1] == '-';
            is_in_set = is_range ? set[i] <= other && other <= set[i + 2] : set[i] == other;
            if (is_range) i += 2;
        }
        return is_in_set != is_not && other != '/';
    }
};

std::optional<std::vector<Step>> steps_of(std::string_view glob) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < glob.size(); ++i) {
        Step step{Step::Sort::text, glob[i], {}};
        if (glob[i] == '\\' && i + 1 < glob.size()) {
            step.c = glob[++i];
        } else if (glob[i] == '*') {
            step.sort = glob.substr(i).starts_with("**") ? Step::Sort::across : Step::Sort::within;
            if (step.sort == Step::Sort::across) ++i;
        } else if (glob[i] == '?') {
            step.sort = Step::Sort::any;
        } else if (glob[i] == '[') {
            const std::size_t close = glob.find(']', i + 1);
            if (close == std::string_view::npos) return std::nullopt;
            step = {Step::Sort::set, 0, glob.substr(i + 1, close - i - 1)};
            i = close;
        }
        steps.push_back(step);
    }
    return steps;
}

/// All places at once, character by character: the time is their product, whatever the glob.
bool matches(const std::vector<Step>& steps, std::string_view text) {
    std::vector<bool> at(steps.size() + 1);
    at[0] = true;
    const auto pass_repeats = [&](std::vector<bool>& places) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (places[i] && steps[i].repeats()) places[i + 1] = true;
        }
    };
    pass_repeats(at);
    for (const char c : text) {
        std::vector<bool> next(steps.size() + 1);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (at[i] && steps[i].takes(c)) next[steps[i].repeats() ? i : i + 1] = true;
        }
        pass_repeats(next);
        at = std::move(next);
    }
    return at[steps.size()];
}

}  // namespace

bool is_glob(std::string_view glob) {
    std::vector<std::string> globs;
    if (!expand(std::string(glob), globs)) return false;
    for (const std::string& one : globs) {
        if (!steps_of(one)) return false;
    }
    return true;
}

bool matches_glob(std::string_view glob, std::string_view text) {
    std::vector<std::string> globs;
    if (!expand(std::string(glob), globs)) return false;
    for (const std::string& one : globs) {
        const auto steps = steps_of(one);
        if (steps && matches(*steps, text)) return true;
    }
    return false;
}

}  // namespace freshet::lake
