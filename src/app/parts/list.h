// The list of the program's parts: one file a part in this folder, one line a part in list.cpp.
#pragma once
#include <span>

#include "app/part.h"

namespace freshet::app {

/// In order of making: a part comes after those whose services it takes.
std::span<const PartKind> part_kinds();

}  // namespace freshet::app
