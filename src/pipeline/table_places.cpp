#include "pipeline/table_places.h"

#include <algorithm>

#include "base/text/ascii.h"

namespace freshet::pipeline {
namespace {

constexpr std::string_view scheme = "s3://";

/// False when the location is not in S3.
bool take_location(std::string_view location, TablePlace& place) {
    if (!location.starts_with(scheme)) return false;
    location.remove_prefix(scheme.size());
    const auto slash = std::min(location.find('/'), location.size());
    place.bucket = location.substr(0, slash);
    place.prefix = location.substr(std::min(slash + 1, location.size()));
    if (!place.prefix.empty() && !place.prefix.ends_with('/')) place.prefix += '/';
    return !place.bucket.empty();
}

/// "year=!{timestamp:yyyy}/month=!{timestamp:MM}/" has folders of the keys year and month.
bool has_folders(std::string_view rest, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        const auto slash = rest.find('/');
        if (slash == rest.npos) return false;
        const std::string_view folder = rest.substr(0, slash);
        const auto equals = folder.find('=');
        if (equals == folder.npos || lower(std::string(folder.substr(0, equals))) != lower(key))
            return false;
        rest.remove_prefix(slash + 1);
    }
    return !keys.empty();
}

}  // namespace

std::vector<TablePlace> table_places(const Value& root) {
    std::vector<TablePlace> places;
    const Value* tables = root.find("tables");
    if (!tables || tables->kind != Value::Kind::map) return places;
    for (const auto& [name, table] : tables->members) {
        if (table.kind != Value::Kind::map) continue;
        const Value* location = table.find("location");
        const Value* keys = table.find("partitions");
        TablePlace place{name.text, "", "", {}};
        if (!location || !keys || !take_location(location->text, place)) continue;
        for (const auto& [key, type] : keys->members) place.partition_keys.push_back(key.text);
        places.push_back(std::move(place));
    }
    return places;
}

std::vector<std::string> tables_below(const std::vector<TablePlace>& places,
                                      const std::string& bucket, const std::string& prefix) {
    std::vector<std::string> found;
    std::size_t innermost = 0;
    for (const TablePlace& place : places) {
        const bool is_below =
            place.bucket == bucket && prefix.starts_with(place.prefix) &&
            has_folders(std::string_view(prefix).substr(place.prefix.size()), place.partition_keys);
        if (!is_below || place.prefix.size() < innermost) continue;
        if (place.prefix.size() > innermost) found.clear();
        innermost = place.prefix.size();
        found.push_back(place.name);
    }
    return found;
}

}  // namespace freshet::pipeline
