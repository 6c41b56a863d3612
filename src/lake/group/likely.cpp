#include "lake/group/likely.h"

#include <algorithm>

namespace freshet::lake {

Likely::Likely(const std::vector<const Format*>& all, Rule rule) : rule_(rule) {
    if (rule_ == Rule::any) return;
    for (const Format* format : all) {
        for (const Column& column : format->columns) ++times_[column.name];
    }
}

std::vector<std::string_view> Likely::signs_of(const Format& format) const {
    if (rule_ == Rule::any) return {""};
    std::vector<std::string_view> signs;
    for (const Column& column : format.columns) signs.push_back(column.name);
    if (rule_ == Rule::of_one_table) {
        if (format.classification == "csv") signs.emplace_back("");  // whatever its columns are
        return signs;
    }
    std::ranges::sort(signs, {},
                      [&](std::string_view name) { return std::pair(times_.at(name), name); });
    const std::size_t common = (signs.size() * 7 + 9) / 10;
    signs.resize(std::min(signs.size(), signs.size() - common + 1));
    return signs;
}

std::vector<std::size_t> Likely::sets_for(const Format& format) const {
    std::vector<std::size_t> found;
    for (const std::string_view sign : signs_of(format)) {
        const auto sets = sets_.find(sign);
        if (sets != sets_.end())
            found.insert(found.end(), sets->second.begin(), sets->second.end());
    }
    std::ranges::sort(found);
    const auto again = std::ranges::unique(found);
    found.erase(again.begin(), again.end());
    return found;
}

void Likely::add(const Format& format, std::size_t set) {
    for (const std::string_view sign : signs_of(format)) {
        std::vector<std::size_t>& sets = sets_[sign];
        if (std::ranges::find(sets, set) == sets.end()) sets.push_back(set);
    }
}

}  // namespace freshet::lake
