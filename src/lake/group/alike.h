// How alike the schemas of two folders are.
#pragma once
#include <cstddef>

#include "lake/types.h"

namespace freshet::lake {

/// More than seven in ten.
bool is_majority(std::size_t part, std::size_t whole);

/// From 0 to 1: columns of the same name and kind among all names. 0 when the formats differ.
double similarity(const Format& a, const Format& b);

/// AWS's rule for folders side by side: the same format, and columns alike by more than 0.7.
bool is_similar(const Format& a, const Format& b);

/// CombineCompatibleSchemas: the same format, and columns of one name have types of one kind.
bool is_compatible(const Format& a, const Format& b);

/// For folders key=value, which are taken as partitions more readily than AWS does: the same
/// format, and where columns have names more than three in ten of the fewer are common.
bool is_of_one_table(const Format& a, const Format& b);

}  // namespace freshet::lake
