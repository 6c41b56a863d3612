#include "cli/streams/shard_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/streams/ring.h"
#include "cli/streams/stream_calls.h"
#include "cli/text_table.h"
#include "stream/hash.h"

namespace freshet::cli {

using aws::kinesis::Shard;

std::optional<stream::HashKey> hash_key_of(std::string_view text) {
    if (!text.starts_with("0x") && !text.starts_with("0X")) return stream::parse_hash_key(text);
    text.remove_prefix(2);
    if (text.empty() || text.size() > 32) return std::nullopt;
    stream::HashKey key = 0;
    for (const char c : text) {
        const auto digit = std::string_view("0123456789abcdef")
                               .find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
        if (digit == std::string_view::npos) return std::nullopt;
        key = key << 4 | digit;
    }
    return key;
}

std::string shard_table(const std::vector<Shard>& shards, std::size_t width) {
    std::map<std::string, std::string> children;
    for (const Shard& shard : shards) {
        for (const auto& parent : {shard.parent_shard_id, shard.adjacent_parent_shard_id}) {
            if (!parent) continue;
            std::string& text = children[*parent];
            text += (text.empty() ? "" : ",") + short_name(shard.shard_id);
        }
    }
    const auto made = [&](bool is_short) {
        TextTable table({"shard", ">share", ">begins at hash key", "state", "from", "became"});
        for (const RingShard& one : ring_of(shards)) {
            const Shard& shard = *std::ranges::find(shards, one.id, &Shard::shard_id);
            std::string from;
            for (const auto& parent : {shard.parent_shard_id, shard.adjacent_parent_shard_id})
                if (parent) from += (from.empty() ? "" : "+") + short_name(*parent);
            const auto high = static_cast<std::uint64_t>(one.first >> 64);
            table.add({one.name(), share_text(one),
                       is_short ? fmt::format("0x{:016x}..", high) : stream::to_decimal(one.first),
                       one.is_open ? "open" : "closed", from, children[one.id]});
        }
        return table;
    };
    const TextTable whole = made(false);
    return whole.width() <= width ? whole.text() : made(true).text();
}

}  // namespace freshet::cli
