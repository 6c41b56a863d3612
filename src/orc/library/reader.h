// One ORC file that is read, by Arrow.
#pragma once
#include <memory>

#include "orc/orc.h"

namespace freshet::orc {

Outcome<std::unique_ptr<Reader>> open_reader(std::unique_ptr<Source> source);

}  // namespace freshet::orc
