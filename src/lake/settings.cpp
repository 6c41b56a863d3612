#include "lake/settings.h"

#include <fmt/format.h>

#include <charconv>

#include "record/json/json.h"

namespace freshet::lake {
namespace {

std::optional<int> level_of(const record::JsonMember& member) {
    int value = 0;
    const char* const end = member.text.data() + member.text.size();
    const auto read = std::from_chars(member.text.data(), end, value);
    const bool is_good =
        member.sort == 'n' && read.ec == std::errc() && read.ptr == end && value > 0;
    return is_good ? std::optional(value) : std::nullopt;
}

/// True when the member is one that Freshet knows, with a value that it knows.
bool take(const std::string& path, const record::JsonMember& member, Settings& out) {
    const auto is = [&](std::string_view text) {
        return member.sort == 's' && member.text == text;
    };
    if (path == "Version") return member.sort == 'n';
    if (path == "CreatePartitionIndex")
        return member.sort == 'b';  // partitions have their index anyway
    if (path == "Grouping.TableGroupingPolicy") {
        out.combines_compatible = is("CombineCompatibleSchemas");
        return out.combines_compatible;
    }
    if (path == "Grouping.TableLevelConfiguration") {
        out.table_level = level_of(member);
        return out.table_level.has_value();
    }
    // A partition has its table's columns and SerDe in any case.
    if (path == "CrawlerOutput.Partitions.AddOrUpdateBehavior") return is("InheritFromTable");
    if (path == "CrawlerOutput.Tables.AddOrUpdateBehavior") {
        out.merges_new_columns = is("MergeNewColumns");
        return out.merges_new_columns;
    }
    if (path == "CrawlerOutput.Tables.TableThreshold") {
        out.tables_max = level_of(member);
        return out.tables_max.has_value();
    }
    return false;
}

std::expected<void, std::string> take_all(std::string_view document, const std::string& above,
                                          Settings& out) {
    const auto members = record::members_of(document);
    if (!members) return std::unexpected("Configuration is not a JSON object");
    for (const record::JsonMember& member : *members) {
        const std::string path = above + member.path.substr(2);
        const bool is_group = path == "CrawlerOutput" || path == "Grouping" ||
                              path == "CrawlerOutput.Tables" || path == "CrawlerOutput.Partitions";
        if (is_group && member.sort == 'j') {
            if (auto taken = take_all(member.text, path + ".", out); !taken) return taken;
        } else if (!take(path, member, out)) {
            return std::unexpected(fmt::format(
                "Freshet does not build {} of a crawler's Configuration with this value", path));
        }
    }
    return {};
}

}  // namespace

std::expected<Settings, std::string> settings_of(std::string_view configuration) {
    Settings out;
    if (configuration.empty()) return out;
    if (auto taken = take_all(configuration, "", out); !taken) return pass(taken);
    return out;
}

}  // namespace freshet::lake
