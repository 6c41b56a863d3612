#include "base/text/arn.h"

#include <fmt/format.h>

namespace freshet {

std::optional<Arn> parse_arn(std::string_view text) {
    std::string_view parts[5];
    for (std::string_view& part : parts) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        part = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (parts[0] != "arn" || text.empty()) return std::nullopt;
    return Arn{
        std::string(parts[2]), {std::string(parts[4]), std::string(parts[3])}, std::string(text)};
}

std::string arn_text(std::string_view service, const Home& home, std::string_view resource) {
    return fmt::format("arn:aws:{}:{}:{}:{}", service, home.region, home.account, resource);
}

}  // namespace freshet
