#include "lake/crawl.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lake/classify.h"
#include "lake/glob.h"

namespace freshet::lake {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return parts;
}

/// The value behind `key=`, with %XX taken out as Hive writes it.
std::string value_of(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() &&
            text.substr(i + 1, 2).find_first_not_of("0123456789abcdefABCDEF") ==
                std::string_view::npos) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

bool is_hidden(const std::string& part) {
    return part.starts_with('_') || part.starts_with('.') || part.ends_with("_$folder$");
}

/// The folders between a table and a file, as partition keys and values.
bool add_partition(Candidate& candidate, const std::vector<std::string>& folders,
                   const std::string& location, std::vector<std::string>& skipped,
                   const std::string& key) {
    std::vector<std::string> keys, values;
    for (std::size_t i = 0; i < folders.size(); ++i) {
        const std::size_t equals = folders[i].find('=');
        keys.push_back(equals == std::string::npos || equals == 0
                           ? fmt::format("partition_{}", i)
                           : safe_name(folders[i].substr(0, equals), i));
        values.push_back(
            value_of(equals == std::string::npos ? folders[i] : folders[i].substr(equals + 1)));
    }
    if (candidate.files.empty()) candidate.table.keys = keys;
    if (keys != candidate.table.keys) {
        skipped.push_back(fmt::format(
            "{}: left out, its folders [{}] are not the keys [{}] of table {}", key,
            fmt::join(keys, ", "), fmt::join(candidate.table.keys, ", "), candidate.table.name));
        return false;
    }
    if (!keys.empty()) candidate.table.partitions.emplace(std::move(values), location);
    return true;
}

}  // namespace

std::optional<Place> parse_place(std::string_view path) {
    if (!path.starts_with("s3://")) return std::nullopt;
    path.remove_prefix(5);
    const std::size_t slash = path.find('/');
    Place place{std::string(path.substr(0, slash)),
                slash == std::string_view::npos ? "" : std::string(path.substr(slash + 1))};
    if (place.bucket.empty()) return std::nullopt;
    if (!place.prefix.empty() && !place.prefix.ends_with('/')) place.prefix += '/';
    return place;
}

std::string table_name(const Place& place, const std::string& root,
                       const std::string& table_prefix) {
    const std::vector<std::string> names = split(root);
    return safe_name(table_prefix + (names.empty() ? place.bucket : names.back()), 0);
}

std::vector<Candidate> candidates(const Place& place, const Target& target,
                                  const std::vector<Listed>& files, const std::string& table_prefix,
                                  std::optional<int> table_level,
                                  std::vector<std::string>& skipped) {
    std::map<std::string, Candidate> tables;  // by location
    // Folders below the target down to a table's level; the bucket is level 1.
    const std::ptrdiff_t depth =
        table_level ? *table_level - 1 - std::ranges::count(place.prefix, '/') : 0;
    for (const Listed& file : files) {
        std::vector<std::string> parts =
            split(std::string_view(file.key).substr(place.prefix.size()));
        const std::string relative = file.key.substr(place.prefix.size());
        if (file.size == 0 || file.key.ends_with('/')) {
            skipped.push_back(fmt::format("{}: left out, it is empty", file.key));
            continue;
        }
        if (std::ranges::any_of(parts, is_hidden)) {
            skipped.push_back(fmt::format(
                "{}: left out, names that begin with '_' or '.' are not data", file.key));
            continue;
        }
        const auto excluded = std::ranges::find_if(target.exclusions, [&](const std::string& glob) {
            return matches_glob(glob, relative);
        });
        if (excluded != target.exclusions.end()) {
            skipped.push_back(
                fmt::format("{}: left out, the exclusion {} says so", file.key, *excluded));
            continue;
        }
        parts.pop_back();
        std::string root = place.prefix, first;
        if (table_level) {
            for (std::ptrdiff_t i = 0; i < depth && !parts.empty(); ++i) {
                root += parts[0] + "/";
                parts.erase(parts.begin());
            }
        } else if (!parts.empty() && parts[0].find('=') == std::string::npos) {
            first = parts[0];
            root += first + "/";
            parts.erase(parts.begin());
        }
        Candidate& candidate = tables[root];
        if (candidate.files.empty()) {
            candidate.folder = first;
            candidate.table.name = table_name(place, root, table_prefix);
            candidate.table.location = fmt::format("s3://{}/{}", place.bucket, root);
        }
        const std::string folder =
            fmt::format("s3://{}/{}", place.bucket, file.key.substr(0, file.key.rfind('/') + 1));
        if (!add_partition(candidate, parts, folder, skipped, file.key)) continue;
        candidate.files.push_back(file);
        candidate.table.bytes += file.size;
        ++candidate.table.objects;
    }
    std::vector<Candidate> all;
    for (auto& [root, candidate] : tables) {
        if (!candidate.files.empty()) all.push_back(std::move(candidate));
    }
    return all;
}

}  // namespace freshet::lake
