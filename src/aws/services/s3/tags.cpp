#include "aws/services/s3/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "aws/protocol/scalar.h"
#include "aws/services/s3/words.h"

namespace freshet::aws::s3_words {
namespace {

constexpr std::size_t key_letters_max = 128, value_letters_max = 256;  ///< S3

std::size_t letters_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Letters of any script, digits, spaces and _ . : / = + - @.
bool has_tag_letters(const std::string& text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || std::isalnum(byte) ||
               std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
    });
}

}  // namespace

Answer<void> check_tags(const Tags& tags, std::size_t count_max) {
    if (tags.size() > count_max)
        return refuse("BadRequest",
                      fmt::format("{} tags cannot be greater than {}",
                                  count_max == object_tags_max ? "Object" : "Bucket", count_max),
                      400);
    std::set<std::string> keys;
    for (const auto& [key, value] : tags) {
        if (key.empty() || letters_of(key) > key_letters_max || !has_tag_letters(key))
            return refuse("InvalidTag", "The TagKey you have provided is invalid", 400);
        if (letters_of(value) > value_letters_max || !has_tag_letters(value))
            return refuse("InvalidTag", "The TagValue you have provided is invalid", 400);
        if (key.starts_with("aws:"))
            return refuse("InvalidTag", "System tags cannot be added/updated by requester", 400);
        if (!keys.insert(key).second)
            return refuse("InvalidTag", "Cannot provide multiple Tags with the same key", 400);
    }
    return {};
}

Answer<Tags> tags_of_header(const std::string& header) {
    Tags tags = unpack_tags(header);
    if (auto good = check_tags(tags, object_tags_max); !good) return pass(good);
    return tags;
}

std::string pack_tags(const Tags& tags) {
    std::string packed;
    for (const auto& [key, value] : tags) {
        if (!packed.empty()) packed += '&';
        packed += percent_encode(key, false) + "=" + percent_encode(value, false);
    }
    return packed;
}

Tags unpack_tags(const std::string& packed) { return parse_query_string(packed); }

Tags tags_of(const objects::Attributes& attributes) {
    const auto found = attributes.find(tags_attribute);
    return found == attributes.end() ? Tags() : unpack_tags(found->second);
}

void keep_tags(objects::Attributes& attributes, const Tags& tags) {
    if (tags.empty())
        attributes.erase(tags_attribute);
    else
        attributes[tags_attribute] = pack_tags(tags);
}

}  // namespace freshet::aws::s3_words
