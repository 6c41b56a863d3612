#include "lake/crawl.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

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

}  // namespace freshet::lake
