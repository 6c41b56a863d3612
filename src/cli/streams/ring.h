// The ring of hash keys as text: each open shard where it lies and how much of the ring it takes;
// closed ones on lines of their own. Pure: widths come in, lines go out.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "stream/types.h"

namespace freshet::cli {

/// "shardId-000000000012" is called "12"; another form of name stays whole.
std::string short_name(std::string_view shard_id);

struct RingShard {
    std::string id;
    stream::HashKey first = 0, last = 0;
    bool is_open = true;
    std::string name() const { return short_name(id); }
};

/// "25.00%" of the ring; "<0.01%" below that.
std::string share_text(const RingShard& shard);

/// Lines, each ended and none wider than `width` (at least 40) columns, in ASCII. A `|` is where an
/// open shard begins; a digit or `+` stands for so many that begin in one column.
std::string draw_ring(const std::vector<RingShard>& shards, std::size_t width);

/// Columns of the terminal that standard output is; 80 when it is none.
std::size_t terminal_width();

}  // namespace freshet::cli
