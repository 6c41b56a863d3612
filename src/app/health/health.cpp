#include "app/health/health.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/json_text.h"
#include "io/disk.h"

namespace freshet::app {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;

std::string object_of(const Trouble& trouble) {
    std::string text = fmt::format("{{\"part\":{},", json_text(trouble.part));
    if (!trouble.name.empty())
        text += fmt::format("\"account\":{},\"region\":{},\"name\":{},", json_text(trouble.account),
                            json_text(trouble.region), json_text(trouble.name));
    return text + fmt::format("\"reason\":{}}}", json_text(trouble.reason));
}

}  // namespace

std::vector<Trouble> disk_trouble(const std::string& directory) {
    const auto free = io::free_bytes(directory);
    if (!free) return {{.part = "disk", .reason = free.error().message()}};
    if (*free >= disk_free_bytes_min) return {};
    return {{"disk", fmt::format("the disk of {} is {}: {} MiB are free, {} are wanted", directory,
                                 *free == 0 ? "full" : "nearly full", *free / mib,
                                 disk_free_bytes_min / mib)}};
}

io::HttpResponse health_answer(const std::vector<Trouble>& troubles) {
    std::string text;
    for (std::size_t i = 0; i < std::min(troubles.size(), troubles_shown_max); ++i)
        text += (i ? "," : "") + object_of(troubles[i]);
    const bool works = std::ranges::none_of(troubles, &Trouble::is_servers);
    io::HttpResponse response;
    response.status = works ? 200 : 503;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    response.body.push_back(Bytes::own(
        troubles.empty()
            ? "{\"status\":\"ok\"}\n"
            : fmt::format("{{\"status\":\"{}\",\"troubles_count\":{},\"troubles\":[{}]}}\n",
                          works ? "degraded" : "not ok", troubles.size(), text)));
    return response;
}

}  // namespace freshet::app
