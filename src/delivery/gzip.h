// gzip (RFC 1952), one member.
#pragma once
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace freshet::delivery {
/// Blocks for as long as compressing takes.
Result<Bytes> gzip(const std::vector<Bytes>& pieces);
}  // namespace freshet::delivery
