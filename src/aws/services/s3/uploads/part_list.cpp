#include "aws/services/s3/uploads/part_list.h"

#include <fmt/format.h>

#include <cstdlib>

namespace freshet::aws::s3_words {

std::string pack_parts(const std::vector<KeptPart>& parts) {
    std::string text;
    for (const KeptPart& part : parts)
        text += fmt::format("{}{}:{}:{}", text.empty() ? "" : ",", part.number, part.size,
                            part.checksum);
    return text;
}

std::vector<KeptPart> parts_of(const objects::ObjectInfo& object) {
    std::vector<KeptPart> parts;
    const auto kept = object.attributes.find(parts_attribute);
    if (kept == object.attributes.end()) {
        // Objects of before the attribute: each part was one extent.
        const auto dash = object.etag.find('-');
        const std::size_t count = dash == std::string::npos
                                      ? 0
                                      : std::strtoull(object.etag.c_str() + dash + 1, nullptr, 10);
        if (count != object.extents.size()) return {};
        for (const objects::Extent& extent : object.extents)
            parts.push_back({static_cast<int>(parts.size()) + 1, extent.size, ""});
        return parts;
    }
    const std::string& text = kept->second;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        char* next = nullptr;
        KeptPart part;
        part.number = static_cast<int>(std::strtol(text.c_str() + at, &next, 10));
        part.size = std::strtoull(next + 1, &next, 10);
        const std::size_t checksum = static_cast<std::size_t>(next - text.c_str()) + 1;
        part.checksum = text.substr(checksum, end - checksum);
        parts.push_back(std::move(part));
        at = end + 1;
    }
    return parts;
}

}  // namespace freshet::aws::s3_words
