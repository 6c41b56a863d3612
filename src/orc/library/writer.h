// One ORC file that is written, by Arrow.
#pragma once
#include <memory>
#include <string>

#include "orc/orc.h"

namespace freshet::orc {

Outcome<std::unique_ptr<Writer>> create_writer(const std::string& path, ArrowSchema& schema,
                                               const FileOptions& options);

}  // namespace freshet::orc
