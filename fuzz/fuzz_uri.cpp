// Targets and headers: any text finds a route or a fault.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/http/route.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto cut = text.find('\n');
    io::Headers headers;
    headers.add("Authorization",
                std::string(cut == std::string_view::npos ? "" : text.substr(cut + 1)));
    headers.add("Host", std::string(text.substr(0, cut)));
    for (const char* method : {"GET", "PUT", "POST"}) {
        aws::Target target = aws::parse_target(text.substr(0, cut));
        const auto scope = aws::parse_scope(headers, target.query);
        (void)aws::find_route(method, headers, target, scope, "");
    }
    return 0;
}
