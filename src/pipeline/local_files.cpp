#include "pipeline/local_files.h"

#include <fmt/format.h>

namespace freshet::pipeline {

std::vector<LocalFile> local_files(const Value& root) {
    std::vector<LocalFile> all;
    for (const auto& [section, resources] : root.members) {
        for (const auto& [name, settings] : resources.members) {
            for (const auto& [key, value] : settings.members) {
                const std::string place =
                    fmt::format("{}.{}.{}", section.text, name.text, key.text);
                if (key.text.ends_with("_file") && value.kind == Value::Kind::text)
                    all.push_back({place, &value, false});
                else if (section.text == "functions" && key.text == "code" &&
                         value.kind == Value::Kind::map)
                    all.push_back({place, &value, true});
            }
        }
    }
    return all;
}

}  // namespace freshet::pipeline
