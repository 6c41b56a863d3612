// One cell's text into a vector of its column's type: the coercions of a CSV cell, and of a JSON
// string.
#pragma once
#include <string_view>

#include "record/batch.h"

namespace freshet::record {

/// Appends; false (and nothing appended) when the type cannot take the text. A text too long for
/// its VARCHAR is cut, as Kinesis Data Analytics does. An empty cell of another type is NULL.
bool push_cell(Vector& column, std::string_view text, Arena& arena);
/// A text to CHAR or VARCHAR: cut or padded to the type's size. `text` must live as long as the
/// vector.
std::string_view sized_text(const Type& type, std::string_view text, Arena& arena);
/// How many bytes that are.
std::size_t sized_bytes(const Type& type, std::string_view text);

}  // namespace freshet::record
