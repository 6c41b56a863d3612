#include "delivery/naming/names.h"

#include <fmt/format.h>

#include "base/crypto/digest.h"

namespace freshet::delivery {

CutNames::CutNames(const DeliveryStream& stream, const std::vector<CutRange>& ranges,
                   Timestamp oldest)
    : stream_(stream.key.name),
      position_(fmt::format("{}/{}", stream.id, stream.key.name)),
      version_(stream.version),
      oldest_(oldest),
      zone_(stream.destination.time_zone == "UTC" ? nullptr
                                                  : TimeZone::find(stream.destination.time_zone)) {
    for (const CutRange& range : ranges)
        position_ += fmt::format("/{}:{}", *range.partition, range.first);
    seed_ = std::stoull(to_hex(sha256(position_)).substr(40, 16), nullptr, 16);
}

PrefixInput CutNames::input() const { return {oldest_, std::nullopt, seed_, zone_}; }

std::string CutNames::uuid(std::string_view part) const {
    std::string name = position_;
    if (!part.empty()) name.append("#").append(part);
    const std::string digest = to_hex(sha256(name));
    return fmt::format("{}-{}-5{}-8{}-{}", digest.substr(0, 8), digest.substr(8, 4),
                       digest.substr(13, 3), digest.substr(17, 3), digest.substr(20, 12));
}

std::string CutNames::object(Timestamp oldest, std::string_view part) const {
    const auto time = format_java_time("yyyy-MM-dd-HH-mm-ss", oldest, zone_);
    return fmt::format("{}-{}-{}-{}", stream_, version_, *time, uuid(part));
}

std::string error_prefix(const std::optional<std::string>& prefix,
                         const std::optional<std::string>& error_prefix, PrefixInput input,
                         const std::string& type) {
    input.error_output_type = type;
    // Without an expression the type and the time follow the text, also that of Prefix.
    const std::string text = error_prefix && !error_prefix->empty() ? *error_prefix
                             : prefix                               ? *prefix
                                                                    : "";
    const auto evaluated = evaluate_prefix(text.contains("!{") ? text : text + type + "/", input);
    return evaluated ? *evaluated : type + "/";
}

}  // namespace freshet::delivery
