#include "aws/services/s3/objects/attributes.h"

#include <fmt/format.h>

namespace freshet::aws::s3_words {
namespace {

constexpr std::size_t metadata_bytes_max = 2048;  ///< S3: names and values together

}  // namespace

objects::Encryption encryption_of(const std::optional<std::string>& asked,
                                  const objects::Settings& settings) {
    return asked || settings.contains(objects::encryption_setting) ? objects::Encryption::aes256
                                                                   : objects::Encryption::none;
}

objects::Encryption encryption_of(const objects::Attributes& upload) {
    return upload.contains(encryption_attribute) ? objects::Encryption::aes256
                                                 : objects::Encryption::none;
}

std::string content_encoding_of(const std::string& header) {
    std::string kept;
    for (std::size_t at = 0; at < header.size();) {
        const auto comma = std::min(header.find(',', at), header.size());
        std::string_view one = std::string_view(header).substr(at, comma - at);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (!one.empty() && one != "aws-chunked") kept.append(kept.empty() ? "" : ",").append(one);
        at = comma + 1;
    }
    return kept;
}

Answer<void> keep_metadata(objects::Attributes& attributes,
                           const std::vector<std::pair<std::string, std::string>>& metadata) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : metadata) {
        bytes += name.size() + value.size();
        std::string& kept = attributes["x-amz-meta-" + name];
        kept = kept.empty() ? value : kept + "," + value;  // a header that is there twice
    }
    if (bytes <= metadata_bytes_max) return {};
    return std::unexpected(Fault{"MetadataTooLarge",
                                 "Your metadata headers exceed the maximum allowed metadata size",
                                 400,
                                 {{"Size", fmt::format("{}", bytes)},
                                  {"MaxSizeAllowed", fmt::format("{}", metadata_bytes_max)}}});
}

}  // namespace freshet::aws::s3_words
