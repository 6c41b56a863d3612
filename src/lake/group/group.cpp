#include "lake/group/group.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "lake/classify.h"
#include "lake/group/alike.h"
#include "lake/group/likely.h"

namespace freshet::lake {
namespace {

/// What a folder holds: the table at the folder itself, if it is one, and the tables below it.
struct Branch {
    std::optional<Candidate> table;
    std::vector<Candidate> others;
};

/// A folder's child on the way to a decision: its step, and its table.
struct Child {
    Step step;
    std::string location;
    std::optional<Candidate> table;
};

class Grouper {
  public:
    Grouper(const Grouping& grouping, std::vector<std::string>& lines)
        : grouping_(grouping), lines_(lines) {}

    std::vector<Candidate> all(const Folder& top) {
        const auto level =
            1 + std::ranges::count(top.location, '/') - 3;  // without "s3://" and end
        Branch branch = fold(top, static_cast<int>(level), true);
        if (branch.table) branch.others.push_back(std::move(*branch.table));
        for (Candidate& one : branch.others) name_keys(one.table.keys);
        return std::move(branch.others);
    }

  private:
    Candidate start(const std::string& location) const {
        Candidate made;
        made.table.name = table_name(location, grouping_.table_prefix);
        made.table.location = location;
        return made;
    }

    std::optional<Candidate> own_table(const Folder& folder) const {
        if (!folder.format) return std::nullopt;
        Candidate made = start(folder.location);
        made.table.format = *folder.format;
        made.files = folder.files;
        for (const Listed& file : folder.files) made.table.bytes += file.size;
        made.table.objects = folder.files.size();
        return made;
    }

    /// `part` lies in the folder that `step` names.
    void add(Candidate& whole, const Step& step, Candidate part) {
        FRESHET_CHECK(!part.files.empty());  // a table has a file, and so does each partition
        FoundTable& table = whole.table;
        if (whole.files.empty()) {
            table.format = part.table.format;
            table.keys = {step.key};
            std::ranges::copy(part.table.keys, std::back_inserter(table.keys));
        } else if (auto both = merged(table.format, part.table.format)) {
            table.format = std::move(*both);
        } else {
            lines_.push_back(
                fmt::format("{}: does not fit the table, {}", part.table.location, both.error()));
        }
        if (part.table.keys.empty())
            table.partitions.emplace(std::vector{step.value}, part.table.location);
        for (const auto& [values, location] : part.table.partitions) {
            std::vector<std::string> longer{step.value};
            longer.insert(longer.end(), values.begin(), values.end());
            table.partitions.emplace(std::move(longer), location);
        }
        table.bytes += part.table.bytes;
        table.objects += part.table.objects;
        std::ranges::move(part.files, std::back_inserter(whole.files));
    }

    bool has_known_below(const std::string& location) const {
        const auto next = grouping_.known.upper_bound(location);
        return next != grouping_.known.end() && next->starts_with(location);
    }

    bool is_table_by_order(const Folder& folder, int level, bool is_top) const {
        if (grouping_.table_level)
            return level == *grouping_.table_level || (is_top && level > *grouping_.table_level);
        return grouping_.is_partial && grouping_.known.contains(folder.location);
    }

    bool may_fold(const Folder& folder, int level, std::size_t children) const {
        if (grouping_.table_level && level < *grouping_.table_level) return false;
        return (children > 1 && !grouping_.is_partial) || !has_known_below(folder.location);
    }

    Branch fold(const Folder& folder, int level, bool is_top) {
        Branch out;
        if (is_table_by_order(folder, level, is_top)) {
            out.table = whole(folder);
            return out;
        }
        out.table = own_table(folder);
        std::vector<Child> named, plain;
        for (const auto& [name, below] : folder.below) {
            Branch branch = fold(*below, level + 1, false);
            const Step step = step_of(name);
            const bool is_there = branch.table || !branch.others.empty();
            if (is_there)
                (step.key.empty() ? plain : named)
                    .push_back({step, below->location, std::move(branch.table)});
            std::ranges::move(branch.others, std::back_inserter(out.others));
        }
        const bool can_fold = may_fold(folder, level, named.size() + plain.size());
        auto by_key = can_fold ? joined(folder, named, true) : std::nullopt;
        if (by_key && out.table && by_key->table.objects < out.table->table.objects) {
            lines_.push_back(
                fmt::format("{}: its folders key=value are left out, most files lie beside them",
                            folder.location));
            by_key.reset();
        }
        if (by_key) {
            if (out.table)
                lines_.push_back(
                    fmt::format("{}: {} files are left out, they lie beside folders "
                                "key=value",
                                folder.location, folder.files.size()));
            out.table = std::move(by_key);
        }
        if (auto by_place = can_fold && !out.table ? joined(folder, plain, false) : std::nullopt)
            out.table = std::move(by_place);
        for (std::vector<Child>* children : {&named, &plain}) {
            for (Child& child : *children) {
                if (child.table) out.others.push_back(std::move(*child.table));
            }
        }
        return out;
    }

    /// One table of the children that are alike, which it takes; nothing when too few are.
    std::optional<Candidate> joined(const Folder& folder, std::vector<Child>& children,
                                    bool is_named) {
        if (children.empty()) return std::nullopt;
        const std::vector<std::size_t> alike = largest_cluster(children, is_named);
        const bool is_enough = (grouping_.combines_compatible && alike.size() > 1) ||
                               is_majority(alike.size(), children.size());
        if (alike.empty() || !is_enough) {
            lines_.push_back(
                fmt::format("{}: a table for each of its {} folders, {} are alike", folder.location,
                            children.size(),
                            alike.size() > 1 ? fmt::format("at most {}", alike.size()) : "none"));
            return std::nullopt;
        }
        Candidate whole = start(folder.location);
        for (const std::size_t i : alike) {
            add(whole, children[i].step, std::move(*children[i].table));
            children[i].table.reset();
        }
        lines_.push_back(fmt::format("{}: one table, {} of its {} folders are {}", folder.location,
                                     alike.size(), children.size(),
                                     grouping_.combines_compatible ? "compatible" : "alike"));
        return whole;
    }

    /// The positions of the largest set of children that are like its first or its last.
    std::vector<std::size_t> largest_cluster(const std::vector<Child>& children, bool is_named) {
        std::vector<const Format*> formats;
        for (const Child& child : children) {
            if (child.table) formats.push_back(&child.table->table.format);
        }
        Likely likely(formats, grouping_.combines_compatible ? Likely::Rule::any
                               : is_named                    ? Likely::Rule::of_one_table
                                                             : Likely::Rule::similar);
        std::vector<std::vector<std::size_t>> clusters;
        for (std::size_t i = 0; i < children.size(); ++i) {
            if (!children[i].table) continue;
            const Format& format = children[i].table->table.format;
            const auto candidates = likely.sets_for(format);
            const auto home = std::ranges::find_if(candidates, [&](std::size_t candidate) {
                const auto& cluster = clusters[candidate];
                return is_alike(children[cluster.front()], children[i], is_named) ||
                       is_alike(children[cluster.back()], children[i], is_named);
            });
            const std::size_t chosen = home == candidates.end() ? clusters.size() : *home;
            if (chosen == clusters.size()) clusters.emplace_back();
            clusters[chosen].push_back(i);
            likely.add(format, chosen);
        }
        const auto largest =
            std::ranges::max_element(clusters, {}, &std::vector<std::size_t>::size);
        return largest == clusters.end() ? std::vector<std::size_t>() : *largest;
    }

    bool is_alike(const Child& a, const Child& b, bool is_named) const {
        if (a.step.key != b.step.key || a.table->table.keys != b.table->table.keys) return false;
        const Format &first = a.table->table.format, &second = b.table->table.format;
        if (is_named && is_of_one_table(first, second)) return true;
        return grouping_.combines_compatible ? is_compatible(first, second)
                                             : is_similar(first, second);
    }

    /// The folder is a table whatever it holds: the folders below it are partitions.
    std::optional<Candidate> whole(const Folder& folder) {
        std::map<std::vector<std::string>, Candidate> by_keys;
        gather(folder, {}, folder.location, by_keys);
        if (by_keys.empty()) return std::nullopt;
        const auto most = std::ranges::max_element(
            by_keys, {}, [](const auto& one) { return one.second.table.objects; });
        for (const auto& [keys, candidate] : by_keys) {
            if (&candidate == &most->second) continue;
            for (const Listed& file : candidate.files)
                lines_.push_back(fmt::format(
                    "{}: left out, its folders [{}] are not the keys [{}] of table {}", file.key,
                    fmt::join(keys, ", "), fmt::join(most->first, ", "), candidate.table.name));
        }
        return std::move(most->second);
    }

    void gather(const Folder& folder, const std::vector<Step>& steps, const std::string& root,
                std::map<std::vector<std::string>, Candidate>& by_keys) {
        if (auto own = own_table(folder)) {
            std::vector<std::string> keys, values;
            for (const Step& step : steps) {
                keys.push_back(step.key);
                values.push_back(step.value);
            }
            auto& table = by_keys.try_emplace(keys, start(root)).first->second;
            if (steps.empty()) {
                table = std::move(*own);
            } else {
                own->table.keys.assign(keys.begin() + 1, keys.end());
                if (steps.size() > 1)
                    own->table.partitions.emplace(
                        std::vector<std::string>(values.begin() + 1, values.end()),
                        folder.location);
                add(table, steps.front(), std::move(*own));
            }
        }
        for (const auto& [name, below] : folder.below) {
            std::vector<Step> longer = steps;
            longer.push_back(step_of(name));
            gather(*below, longer, root, by_keys);
        }
    }

    const Grouping& grouping_;
    std::vector<std::string>& lines_;
};

}  // namespace

std::vector<Candidate> grouped(const Folder& top, const Grouping& grouping,
                               std::vector<std::string>& lines) {
    return Grouper(grouping, lines).all(top);
}

}  // namespace freshet::lake
