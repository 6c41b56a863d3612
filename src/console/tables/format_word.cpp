#include "console/tables/format_word.h"

#include <utility>

#include "base/text/ascii.h"

namespace freshet::console {
namespace {

/// By a part of the class's name, in lower case.
constexpr std::pair<std::string_view, const char*> words[] = {
    {"parquet", "Parquet"}, {"orc", "ORC"},     {"avro", "Avro"}, {"opencsv", "CSV"},
    {"json", "JSON"},       {"regex", "Regex"}, {"grok", "Grok"}, {"iceberg", "Iceberg"},
};

}  // namespace

std::string format_word(std::string_view serde,
                        const std::map<std::string, std::string>& properties) {
    const auto property = [&](const char* name) {
        const auto found = properties.find(name);
        return found == properties.end() ? std::string() : found->second;
    };
    if (lower(property("table_type")) == "iceberg") return "Iceberg";
    const std::string name = lower(std::string(serde));
    for (const auto& [part, word] : words) {
        if (name.find(part) != std::string::npos) return word;
    }
    if (name.find("lazysimple") == std::string::npos)
        return std::string(serde.substr(serde.rfind('.') + 1));
    const std::string delimiter = property("field.delim");
    return delimiter == "," ? "CSV" : delimiter == "\t" ? "TSV" : "text";
}

}  // namespace freshet::console
