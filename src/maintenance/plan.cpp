#include "maintenance/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "maintenance/limits.h"

namespace freshet::maintenance {
namespace {

using sql::plan::Format;

constexpr std::string_view parquet_ending = ".parquet";

std::string_view name_of(std::string_view key) { return key.substr(key.rfind('/') + 1); }

/// The known end of a name, ".csv.gz"; with another or without one the format's.
std::string ending_of(std::string_view key, Format format) {
    static constexpr std::array<std::string_view, 8> endings{
        ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".log", ".parquet"};
    std::string_view name = name_of(key);
    const bool is_gzip = name.ends_with(".gz");
    if (is_gzip) name.remove_suffix(3);
    std::string ending;
    for (const std::string_view one : endings) {
        if (name.ends_with(one)) ending = one;
    }
    if (ending.empty() && format == Format::parquet) ending = parquet_ending;
    return ending + (is_gzip ? ".gz" : "");
}

/// Why nothing here reads such an object as text; "" when it is read.
std::string refusal_of(std::string_view key) {
    for (const std::string_view ending : {".bz2", ".zst", ".snappy", ".lzo", ".lz4", ".xz"}) {
        if (key.ends_with(ending))
            return fmt::format("the compression {} is not rewritten", ending);
    }
    return "";
}

std::string format_refusal(const PlanRules& rules) {
    if (rules.format) return "";
    return fmt::format("files of the SerDe {} are not rewritten",
                       rules.serde.empty() ? "(none)" : rules.serde);
}

/// Sorts objects into groups as they come; a group that is full is closed.
class Grouping {
  public:
    Grouping(Format format, std::uint64_t target) : format_(format), target_(target) {}

    void add(const Listed& object) {
        const std::string folder = object.key.substr(0, object.key.rfind('/') + 1);
        const bool is_gzip = object.key.ends_with(".gz");
        Group& group = open_[{folder, is_gzip}];
        const bool is_full = group.sources.size() >= limits::group_objects_max ||
                             (target_ > 0 && group.bytes() + object.size > target_);
        if (!group.sources.empty() && is_full) {
            closed_.push_back(std::move(group));
            group = {};
        }
        if (group.sources.empty()) {
            group.folder = folder;
            group.is_gzip = is_gzip;
            group.ending = ending_of(object.key, format_);
        }
        FRESHET_CHECK(object.size > 0);
        group.sources.push_back(object);
    }
    /// Those with at least `sources_min` objects, in order of their first keys.
    std::vector<Group> take(std::size_t sources_min) {
        for (auto& [of, group] : open_) closed_.push_back(std::move(group));
        open_.clear();
        std::erase_if(closed_,
                      [&](const Group& group) { return group.sources.size() < sources_min; });
        std::ranges::sort(closed_, {}, [](const Group& group) -> const std::string& {
            return group.sources.front().key;
        });
        return std::move(closed_);
    }

  private:
    Format format_;
    std::uint64_t target_;  ///< 0: of any size
    std::map<std::pair<std::string, bool>, Group> open_;
    std::vector<Group> closed_;
};

/// What both plans do with each object; `wanted`: why the rest of a plan's objects are not touched.
template <class Wanted>
Plan planned(const std::vector<Listed>& objects, const PlanRules& rules, Grouping grouping,
             std::size_t sources_min, Wanted wanted) {
    Plan plan;
    const std::string format_is_refused = format_refusal(rules);
    const std::string* last = nullptr;
    for (const Listed& object : objects) {
        FRESHET_CHECK(last == nullptr || *last < object.key);  // a listing is in order of keys
        last = &object.key;
        if (object.size == 0 || !is_data(object.key, rules.prefix)) continue;
        ++plan.files;
        plan.bytes += static_cast<std::int64_t>(object.size);
        if (!format_is_refused.empty()) {
            plan.left.push_back({object.key, format_is_refused});
            continue;
        }
        if (!wanted(object)) continue;
        const auto unfit = rules.unfit.find(object.key);
        const std::string why = unfit != rules.unfit.end()         ? unfit->second
                                : *rules.format != Format::parquet ? refusal_of(object.key)
                                                                   : "";
        if (!why.empty()) {
            plan.left.push_back({object.key, why});
        } else if (rules.before && object.modified > *rules.before) {
            ++plan.young;
        } else {
            grouping.add(object);
        }
    }
    plan.groups = grouping.take(sources_min);
    return plan;
}

}  // namespace

std::uint64_t Group::bytes() const {
    std::uint64_t sum = 0;
    for (const Listed& source : sources) sum += source.size;
    return sum;
}

bool is_data(std::string_view key, std::size_t prefix) {
    for (std::size_t at = prefix; at < key.size();) {
        if (key[at] == '_' || key[at] == '.') return false;
        const auto slash = key.find('/', at);
        if (slash == std::string_view::npos) return true;
        at = slash + 1;
    }
    return !key.ends_with('/');
}

Plan plan_merge(const std::vector<Listed>& objects, const PlanRules& rules) {
    const std::uint64_t large = rules.target_bytes / 100 * limits::large_percent;
    Grouping grouping(rules.format.value_or(Format::delimited), rules.target_bytes);
    return planned(objects, rules, std::move(grouping), 2, [&](const Listed& object) {
        return object.size < large &&
               (!rules.has_text_beside || object.key.ends_with(parquet_ending));
    });
}

Plan plan_convert(const std::vector<Listed>& objects, const PlanRules& rules) {
    Grouping grouping(Format::parquet, 0);
    return planned(objects, rules, std::move(grouping), 1,
                   [](const Listed& object) { return !object.key.ends_with(parquet_ending); });
}

}  // namespace freshet::maintenance
