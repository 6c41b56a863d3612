// UTF-8: whether bytes are it, how many characters they are, and how they become it. A byte that is
// part of no character counts as one. What leaves in JSON, XML or CBOR text has to be UTF-8, or
// clients cannot read the answer.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet {

bool is_utf8(std::string_view text);
/// How many characters `text` has.
std::size_t utf8_length(std::string_view text);
/// The first `characters` characters of `text`.
std::string_view utf8_prefix(std::string_view text, std::size_t characters);
/// `text` with U+FFFD in place of each byte that is part of no character.
std::string repaired_utf8(std::string_view text);

}  // namespace freshet
