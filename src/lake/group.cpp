#include "lake/group.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lake/classify.h"

namespace freshet::lake {
namespace {

constexpr double similarity_min = 0.7;  // AWS's; more than that
constexpr std::size_t share_tenths = 7;

bool is_number(const std::string& type) {
    return type == "tinyint" || type == "smallint" || type == "int" || type == "bigint" ||
           type == "float" || type == "double";
}

bool is_same_kind(const std::string& a, const std::string& b) {
    return a == b || (is_number(a) && is_number(b));
}

bool has_same_form(const Format& a, const Format& b) {
    return a.classification == b.classification && a.is_gzip == b.is_gzip &&
           (a.classification != "csv" ||
            (a.delimiter == b.delimiter && a.has_header == b.has_header));
}

bool is_compatible(const Format& a, const Format& b) {
    if (!has_same_form(a, b) || !merged(a, b)) return false;
    return std::ranges::all_of(a.columns, [&](const Column& column) {
        const auto other = std::ranges::find(b.columns, column.name, &Column::name);
        return other == b.columns.end() || is_same_kind(column.type, other->type);
    });
}

/// The positions of the largest set of folders that are like its first.
std::vector<std::size_t> largest_cluster(const std::vector<Candidate>& found,
                                         const std::vector<std::size_t>& folders, bool compatible) {
    std::vector<std::vector<std::size_t>> clusters;
    for (const std::size_t i : folders) {
        const auto home = std::ranges::find_if(clusters, [&](const auto& cluster) {
            const Candidate& first = found[cluster[0]];
            if (first.table.keys != found[i].table.keys) return false;
            if (compatible) return is_compatible(first.table.format, found[i].table.format);
            return similarity(first.table.format, found[i].table.format) > similarity_min &&
                   merged(first.table.format, found[i].table.format).has_value();
        });
        if (home == clusters.end())
            clusters.push_back({i});
        else
            home->push_back(i);
    }
    const auto largest = std::ranges::max_element(clusters, {}, &std::vector<std::size_t>::size);
    return largest == clusters.end() ? std::vector<std::size_t>() : *largest;
}

void add(Candidate& whole, Candidate part) {
    FoundTable& table = whole.table;
    if (whole.files.empty()) {
        table.format = part.table.format;
        table.keys = {"partition_0"};
        for (std::size_t i = 0; i < part.table.keys.size(); ++i) {
            const bool is_named = part.table.keys[i] != fmt::format("partition_{}", i);
            table.keys.push_back(is_named ? part.table.keys[i]
                                          : fmt::format("partition_{}", i + 1));
        }
    } else if (auto both = merged(table.format, part.table.format)) {
        table.format = std::move(*both);
    }
    if (part.table.keys.empty())
        table.partitions.emplace(std::vector{part.folder}, part.table.location);
    for (const auto& [values, location] : part.table.partitions) {
        std::vector<std::string> longer{part.folder};
        longer.insert(longer.end(), values.begin(), values.end());
        table.partitions.emplace(std::move(longer), location);
    }
    table.bytes += part.table.bytes;
    table.objects += part.table.objects;
    std::ranges::move(part.files, std::back_inserter(whole.files));
}

}  // namespace

double similarity(const Format& a, const Format& b) {
    if (!has_same_form(a, b)) return 0;
    std::set<std::string> names;
    double same = 0;
    for (const Column& column : a.columns) {
        names.insert(column.name);
        const auto other = std::ranges::find(b.columns, column.name, &Column::name);
        if (other != b.columns.end() && is_same_kind(column.type, other->type)) ++same;
    }
    for (const Column& column : b.columns) names.insert(column.name);
    return names.empty() ? 0 : same / static_cast<double>(names.size());
}

std::vector<Candidate> grouped(const Place& place, std::vector<Candidate> found, Grouping grouping,
                               const std::string& table_prefix, std::vector<std::string>& lines) {
    std::vector<std::size_t> folders;
    bool has_root = false;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i].folder.empty())
            has_root = true;
        else
            folders.push_back(i);
    }
    const std::string location = fmt::format("s3://{}/{}", place.bucket, place.prefix);
    const std::size_t least = grouping.is_combined ? 1 : 2;
    if (has_root || folders.size() < least) return found;
    const std::vector<std::size_t> alike =
        largest_cluster(found, folders, grouping.combines_compatible || grouping.is_combined);
    const bool is_enough = grouping.combines_compatible || grouping.is_combined ||
                           alike.size() * 10 > folders.size() * share_tenths;
    if (alike.size() < least || !is_enough) {
        lines.push_back(fmt::format("{}: a table for each of its {} folders, at most {} are alike",
                                    location, folders.size(), alike.size()));
        return found;
    }
    Candidate whole;
    whole.table.name = table_name(place, place.prefix, table_prefix);
    whole.table.location = location;
    std::vector<Candidate> out;
    for (const std::size_t i : alike) add(whole, found[i]);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (std::ranges::find(alike, i) == alike.end()) out.push_back(std::move(found[i]));
    }
    lines.push_back(fmt::format("{}: one table, {} of its {} folders are {}", location,
                                alike.size(), folders.size(),
                                grouping.combines_compatible ? "compatible" : "alike"));
    out.push_back(std::move(whole));
    return out;
}

}  // namespace freshet::lake
