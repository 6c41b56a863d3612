#include "cli/streams/ring.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace freshet::cli {
namespace {

constexpr std::size_t margin = 8;  ///< left of the bar
constexpr std::size_t width_min = 40, width_max = 200;
constexpr std::size_t closed_lines_max = 8;

/// The column, of `columns`, that is nearest to `key`.
std::size_t column_of(stream::HashKey key, std::size_t columns) {
    const auto high = key >> 64;
    const auto at = static_cast<std::size_t>((high * columns + (stream::HashKey{1} << 63)) >> 64);
    return std::min(at, columns);
}

/// First column of a shard and the one after its last: at least one, inside the bar.
struct Extent {
    std::size_t from, to;
};

Extent extent_of(const RingShard& shard, std::size_t columns) {
    const std::size_t from = std::min(column_of(shard.first, columns), columns - 1);
    const std::size_t to =
        shard.last == stream::hash_key_max ? columns : column_of(shard.last + 1, columns);
    return {from, std::max(to, from + 1)};
}

std::string line_of(std::string_view label, std::string_view bar) {
    std::string line = fmt::format("{:<{}}{}", label, margin, bar);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

std::string scale(std::size_t columns) {
    std::string bar(columns + 1, ' ');
    for (int percent = 0; percent <= 75; percent += 25) {
        const std::string text = fmt::format("{}%", percent);
        bar.replace(columns * static_cast<std::size_t>(percent) / 100, text.size(), text);
    }
    bar.replace(bar.size() - 4, 4, "100%");
    return line_of("", bar);
}

std::string open_bar(const std::vector<const RingShard*>& open, std::size_t columns) {
    std::vector<std::size_t> begin_here(columns + 1, 0);
    for (const RingShard* shard : open) ++begin_here[extent_of(*shard, columns).from];
    std::string bar(columns, ' ');
    bar += '|';
    for (std::size_t at = 0; at < columns; ++at) {
        if (begin_here[at] == 1) bar[at] = '|';
        if (begin_here[at] > 1)
            bar[at] = begin_here[at] < 10 ? static_cast<char>('0' + begin_here[at]) : '+';
    }
    for (const RingShard* shard : open) {
        const Extent extent = extent_of(*shard, columns);
        if (begin_here[extent.from] > 1) continue;
        const std::size_t room = extent.to - extent.from - 1;
        std::string text = shard->name() + " " + share_text(*shard);
        if (text.size() > room) text = shard->name();
        if (text.size() <= room) bar.replace(extent.from + 1, text.size(), text);
    }
    return line_of("open", bar);
}

/// Closed shards, as many on a line as lie side by side; the newest first.
std::string closed_bars(std::vector<const RingShard*> closed, std::size_t columns) {
    struct Line {
        std::string bar;
        std::vector<Extent> taken;
    };
    std::vector<Line> lines;
    std::size_t left_out = 0;
    std::ranges::sort(closed, std::ranges::greater(), &RingShard::id);
    for (const RingShard* shard : closed) {
        const Extent extent = extent_of(*shard, columns);
        const auto is_free = [&extent](const Line& line) {
            return std::ranges::all_of(line.taken, [&extent](const Extent& other) {
                return extent.to <= other.from || other.to <= extent.from;
            });
        };
        auto line = std::ranges::find_if(lines, is_free);
        if (line == lines.end() && lines.size() == closed_lines_max) {
            ++left_out;
            continue;
        }
        if (line == lines.end()) line = lines.insert(lines.end(), {std::string(columns, ' '), {}});
        line->taken.push_back(extent);
        const std::size_t room = extent.to - extent.from;
        std::string text(room, '.');
        text.front() = text.back() = ':';
        const std::string name = shard->name();
        if (name.size() + 2 <= room) text.replace((room - name.size()) / 2, name.size(), name);
        line->bar.replace(extent.from, room, text);
    }
    std::string out;
    for (const Line& line : lines) out += line_of(out.empty() ? "closed" : "", line.bar);
    if (left_out) out += line_of("", fmt::format("and {} more closed shards", left_out));
    return out;
}

}  // namespace

std::string short_name(std::string_view shard_id) {
    constexpr std::string_view prefix = "shardId-";
    if (!shard_id.starts_with(prefix)) return std::string(shard_id);
    std::string_view digits = shard_id.substr(prefix.size());
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::string(shard_id);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return std::string(digits);
}

std::string share_text(const RingShard& shard) {
    const double share = std::ldexp(static_cast<double>(shard.last - shard.first) + 1, -128);
    return share < 0.0001 ? "<0.01%" : fmt::format("{:.2f}%", share * 100);
}

std::string draw_ring(const std::vector<RingShard>& shards, std::size_t width) {
    width = std::clamp(width, width_min, width_max);
    const std::size_t columns = width - margin - 1;
    std::vector<const RingShard*> open, closed;
    for (const RingShard& shard : shards) (shard.is_open ? open : closed).push_back(&shard);
    if (shards.empty()) return line_of("", "no shards yet");
    return scale(columns) + open_bar(open, columns) + closed_bars(closed, columns);
}

std::size_t terminal_width() {
    winsize size{};
    if (::isatty(1) == 0 || ::ioctl(1, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace freshet::cli
