#include "record/packed/lz4_block.h"

#include <lz4.h>

#include <algorithm>
#include <climits>

namespace freshet::record {

bool has_appended_lz4(std::string_view block, std::size_t bytes_max, std::string& out) {
    // A byte of LZ4 stands for 255 at the most.
    const std::size_t most =
        std::min({bytes_max, block.size() * 255 + 16, std::size_t{LZ4_MAX_INPUT_SIZE}});
    if (block.size() > INT_MAX) return false;
    const std::size_t begin = out.size();
    out.resize(begin + most);
    const int size = LZ4_decompress_safe(block.data(), out.data() + begin,
                                         static_cast<int>(block.size()), static_cast<int>(most));
    out.resize(begin + static_cast<std::size_t>(std::max(size, 0)));
    return size >= 0;
}

}  // namespace freshet::record
