#include "aws/services/s3/objects/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "aws/services/s3/uploads/part_list.h"
#include "aws/services/s3/words.h"
#include "objects/limits.h"

namespace freshet::aws::s3_words {
namespace {

/// Digits alone; more than 64 bits of them are the greatest number.
std::optional<std::uint64_t> number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

std::unexpected<Fault> not_satisfiable(const std::string& header, std::uint64_t size) {
    return std::unexpected(
        Fault{"InvalidRange",
              "The requested range is not satisfiable",
              416,
              {{"RangeRequested", header}, {"ActualObjectSize", fmt::format("{}", size)}}});
}

/// Whether the object is still the one that If-Range names.
bool is_still(const std::string& if_range, const objects::ObjectInfo& object) {
    const auto date = parse_http_date(if_range);
    return date ? std::chrono::floor<std::chrono::seconds>(object.modified) == *date
                : if_range == quoted_tag(object.etag);
}

std::string content_range_of(const Range& range, std::uint64_t size) {
    return fmt::format("bytes {}-{}/{}", range.first, range.first + range.size - 1, size);
}

Answer<Slice> part_of(std::int32_t number, const objects::ObjectInfo& object) {
    if (number < 1 || number > objects::limits::part_number_max) {
        return refuse_argument(
            fmt::format("Part number must be an integer between 1 and {}, inclusive",
                        objects::limits::part_number_max),
            "partNumber", fmt::format("{}", number));
    }
    std::vector<KeptPart> parts = parts_of(object);
    const bool is_multipart = !parts.empty();
    if (!is_multipart) parts.push_back({1, object.size, ""});
    Slice slice;
    for (const KeptPart& part : parts) {
        if (part.number == number) {
            slice.range.size = part.size;
            if (part.size > 0) slice.content_range = content_range_of(slice.range, object.size);
            if (is_multipart) slice.parts_count = static_cast<std::int32_t>(parts.size());
            if (!part.checksum.empty()) slice.part_checksum = part.checksum;
            return slice;
        }
        slice.range.first += part.size;
    }
    return std::unexpected(Fault{"InvalidPartNumber",
                                 "The requested partnumber is not satisfiable",
                                 416,
                                 {{"ActualPartCount", fmt::format("{}", parts.size())},
                                  {"PartNumberRequested", fmt::format("{}", number)}}});
}

}  // namespace

Answer<std::optional<Range>> parse_range(const std::optional<std::string>& header,
                                         std::uint64_t size) {
    if (!header || !header->starts_with("bytes=")) return std::nullopt;
    std::string_view text = std::string_view(*header).substr(6);
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto from = number(text.substr(0, dash)), to = number(text.substr(dash + 1));
    const bool is_suffix = dash == 0, is_open = dash + 1 == text.size();
    if ((!from && !is_suffix) || (!to && !is_open) || (is_suffix && is_open)) return std::nullopt;
    if (is_suffix) {
        if (*to == 0) return not_satisfiable(*header, size);
        if (size == 0) return std::nullopt;
        const std::uint64_t last = std::min(*to, size);
        return Range{size - last, last};
    }
    if (to && *to < *from) return std::nullopt;
    if (*from >= size) return not_satisfiable(*header, size);
    return Range{*from, std::min(to.value_or(size - 1), size - 1) - *from + 1};
}

Answer<Range> parse_copy_range(const std::string& header, std::uint64_t size) {
    const bool is_bytes = header.starts_with("bytes=");
    const std::string_view text =
        is_bytes ? std::string_view(header).substr(6) : std::string_view();
    const auto dash = text.find('-');
    const auto from = number(text.substr(0, dash)),
               to = dash == std::string_view::npos ? std::nullopt : number(text.substr(dash + 1));
    if (!from || !to || *to < *from) {
        return refuse_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
            "and last are the "
            "zero-based offsets of the first and last bytes to copy",
            "x-amz-copy-source-range", header);
    }
    if (*to >= size) {
        return refuse_argument(
            fmt::format("Range specified is not valid for source object of size: {}", size),
            "x-amz-copy-source-range", header);
    }
    return Range{*from, *to - *from + 1};
}

Answer<Slice> slice_of(const std::optional<std::string>& range,
                       const std::optional<std::string>& if_range,
                       const std::optional<std::int32_t>& part_number,
                       const objects::ObjectInfo& object) {
    if (range && part_number)
        return refuse("InvalidRequest",
                      "Cannot specify both Range header and partNumber query parameter", 400);
    if (part_number) return part_of(*part_number, object);
    const bool is_asked = !if_range || is_still(*if_range, object);
    auto asked = parse_range(is_asked ? range : std::nullopt, object.size);
    if (!asked) return pass(asked);
    Slice slice{asked->value_or(Range{0, object.size}), {}, {}, {}};
    if (*asked) slice.content_range = content_range_of(slice.range, object.size);
    return slice;
}

}  // namespace freshet::aws::s3_words
