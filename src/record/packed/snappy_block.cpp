#include "record/packed/snappy_block.h"

#include <snappy.h>

namespace freshet::record {

bool is_snappy_block(std::string_view block, std::size_t bytes_max) {
    std::size_t size = 0;
    return snappy::GetUncompressedLength(block.data(), block.size(), &size) && size > 0 &&
           size <= bytes_max && snappy::IsValidCompressedBuffer(block.data(), block.size());
}

bool has_appended_snappy(std::string_view block, std::size_t bytes_max, std::string& out) {
    std::size_t size = 0;
    std::string text;
    if (!snappy::GetUncompressedLength(block.data(), block.size(), &size) || size > bytes_max ||
        !snappy::Uncompress(block.data(), block.size(), &text))
        return false;
    out += text;
    return true;
}

}  // namespace freshet::record
