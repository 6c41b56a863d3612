#include "lake/crawl.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "base/check.h"
#include "lake/classify.h"
#include "lake/glob.h"
#include "lake/limits.h"
#include "record/json/json_shape.h"

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

/// The value after `key=`, with Hive's %XX decoded.
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

}  // namespace

std::vector<std::string> kept_lines(const std::vector<std::string>& lines) {
    constexpr std::size_t most = limits::explained_lines_max, front = most / 4;
    if (lines.size() <= most) return lines;
    std::vector<std::string> kept(lines.begin(), lines.begin() + front);
    kept.push_back(
        fmt::format("({} lines are left out here; the log has them)", lines.size() - most));
    kept.insert(kept.end(), lines.end() - static_cast<std::ptrdiff_t>(most - front), lines.end());
    return kept;
}

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

Step step_of(const std::string& folder) {
    const std::size_t equals = folder.find('=');
    if (equals == std::string::npos || equals == 0) return {"", value_of(folder)};
    return {safe_name(folder.substr(0, equals), 0), value_of(folder.substr(equals + 1))};
}

std::string table_name(const std::string& location, const std::string& table_prefix) {
    const std::vector<std::string> names = split(location.substr(std::string_view("s3://").size()));
    // The prefix is the user's, as it is; the catalog knows no upper case.
    std::string name = table_prefix;
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
    });
    return name + safe_name(names.back(), 0);
}

void settle_types(Format& format) {
    if (format.classification != "json") return;
    for (Column& column : format.columns) column.type = record::settled_json_type(column.type);
}

void keep_apart_from_keys(FoundTable& table, std::vector<std::string>& lines) {
    const auto is_key = [&](const Column& column) {
        return std::ranges::find(table.keys, column.name) != table.keys.end();
    };
    const bool is_by_place = table.format.classification == "csv" ||
                             table.format.particulars.contains(particular::grok_pattern);
    for (Column& column : table.format.columns) {
        if (!is_key(column)) continue;
        lines.push_back(
            fmt::format("table {}: the files have a column {} too, which is a partition key",
                        table.name, column.name));
        if (is_by_place) column.name += "_in_file";
    }
    std::erase_if(table.format.columns, is_key);
}

std::vector<Step> steps_between(const std::string& table_location, const std::string& location) {
    FRESHET_CHECK(location.starts_with(table_location));
    std::vector<Step> steps;
    for (const std::string& name : split(std::string_view(location).substr(table_location.size())))
        steps.push_back(step_of(name));
    return steps;
}

void name_keys(std::vector<std::string>& keys) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].empty()) keys[i] = fmt::format("partition_{}", i);
        const std::string wanted = keys[i];
        for (int twin = 1; !seen.insert(keys[i]).second; ++twin)
            keys[i] = fmt::format("{}_{}", wanted, twin);
    }
}

Folder folders_of(const Place& place, const Target& target, const std::vector<Listed>& files,
                  std::vector<std::string>& skipped) {
    Folder top;
    top.location = fmt::format("s3://{}/{}", place.bucket, place.prefix);
    for (const Listed& file : files) {
        const std::string relative = file.key.substr(place.prefix.size());
        std::vector<std::string> parts = split(relative);
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
        Folder* folder = &top;
        for (std::string& part : parts) {
            std::unique_ptr<Folder>& next = folder->below[part];
            if (!next) {
                next = std::make_unique<Folder>();
                next->location = folder->location + part + "/";
                next->name = std::move(part);
            }
            folder = next.get();
        }
        folder->files.push_back(file);
    }
    return top;
}

std::vector<Folder*> with_files(Folder& top) {
    std::vector<Folder*> found, open{&top};
    while (!open.empty()) {
        Folder* const folder = open.back();
        open.pop_back();
        if (!folder->files.empty()) found.push_back(folder);
        for (auto next = folder->below.rbegin(); next != folder->below.rend(); ++next)
            open.push_back(next->second.get());
    }
    return found;
}

KnownTable* home_of(std::vector<KnownTable>& known, const std::string& location) {
    KnownTable* home = nullptr;
    for (KnownTable& table : known) {
        if (location.starts_with(table.location) &&
            (!home || table.location.size() > home->location.size()))
            home = &table;
    }
    return home;
}

}  // namespace freshet::lake
