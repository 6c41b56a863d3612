#include "app/wire/health.h"

#include <fmt/format.h>

#include "io/disk.h"

namespace freshet::app {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + "\"";
}

}  // namespace

std::vector<Trouble> disk_trouble(const std::string& directory) {
    const auto free = io::free_bytes(directory);
    if (!free) return {{"disk", free.error().message()}};
    if (*free >= disk_free_bytes_min) return {};
    return {{"disk", fmt::format("the disk of {} is {}: {} MiB are free, {} are wanted", directory,
                                 *free == 0 ? "full" : "nearly full", *free / mib,
                                 disk_free_bytes_min / mib)}};
}

io::Task<io::HttpResponse> Health::answer() const {
    std::vector<Trouble> all;
    for (const Check& check : checks_) {
        auto found = co_await check();
        all.insert(all.end(), found.begin(), found.end());
    }
    std::string text;
    for (const Trouble& trouble : all) {
        text += fmt::format("{}{{\"part\":{},\"reason\":{}}}", text.empty() ? "" : ",",
                            quoted(trouble.part), quoted(trouble.reason));
    }
    io::HttpResponse response;
    response.status = all.empty() ? 200 : 503;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    response.body.push_back(Bytes::own(
        all.empty() ? "{\"status\":\"ok\"}\n"
                    : fmt::format("{{\"status\":\"not ok\",\"troubles\":[{}]}}\n", text)));
    co_return response;
}

}  // namespace freshet::app
