#include "log/unnamed.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "io/files/optional_file.h"

namespace freshet::log {
namespace {

constexpr std::uint64_t file_bytes_max = 16ULL * 1024 * 1024;

std::string path_in(const std::string& partitions) { return partitions + "/UNNAMED"; }

}  // namespace

Result<Unnamed> load_unnamed(io::Disk& disk, const std::string& partitions) {
    auto text = io::read_optional_file(disk, path_in(partitions), file_bytes_max);
    if (!text) return pass(text);
    if (!*text) return Unnamed();
    Unnamed unnamed;
    std::istringstream lines(**text);
    std::uint64_t id = 0;
    for (std::int64_t since_ms = 0; lines >> id >> since_ms;)
        unnamed.emplace(PartitionId(id), from_epoch_ms(since_ms));
    return unnamed;
}

Result<> save_unnamed(io::Disk& disk, const std::string& partitions, const Unnamed& now,
                      const Unnamed& before) {
    if (now == before) return {};
    std::string text;
    for (const auto& [id, since] : now) text += fmt::format("{} {}\n", *id, to_epoch_ms(since));
    return io::write_file(disk, path_in(partitions), text);
}

std::optional<PartitionId> partition_of_name(const std::string& name) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id, 16);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    if (name != fmt::format("{:016x}", id)) return std::nullopt;
    return PartitionId(id);
}

}  // namespace freshet::log
