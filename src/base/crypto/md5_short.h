// MD5 of several short texts at once. One MD5 is a chain of operations that wait for each other;
// eight of them side by side take little longer than one.
#pragma once
#include <span>
#include <string_view>

#include "base/crypto/digest.h"

namespace freshet {

/// out[i] = md5(texts[i]); both are of the same length.
void md5_each(std::span<const std::string_view> texts, std::span<Md5> out);

}  // namespace freshet
