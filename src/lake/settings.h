// A crawler's Configuration: the JSON text in which AWS keeps grouping and output options.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::lake {

struct Settings {
    bool combines_compatible = false;  ///< TableGroupingPolicy CombineCompatibleSchemas
    bool merges_new_columns = false;   ///< Tables.AddOrUpdateBehavior MergeNewColumns
    std::optional<int> table_level;    ///< TableLevelConfiguration: the bucket is level 1
    std::optional<int> tables_max;     ///< TableThreshold
};

/// The error says which member is not understood. An empty text is the default configuration.
std::expected<Settings, std::string> settings_of(std::string_view configuration);

}  // namespace freshet::lake
