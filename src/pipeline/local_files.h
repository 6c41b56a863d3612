// Which files beside a pipeline file it names: the command line reads them and sends their content,
// since a server never opens a client's paths.
#pragma once
#include <string>
#include <vector>

#include "pipeline/value.h"

namespace freshet::pipeline {

struct LocalFile {
    std::string place;   ///< the name of its attachment: "functions.preprocess.code"
    const Value* value;  ///< a path, or with is_code a map of files, packages, zip or directory
    bool is_code = false;
};

/// Those of `root`, which outlives the answer. A file that is not valid is left to
/// read_resources().
std::vector<LocalFile> local_files(const Value& root);

}  // namespace freshet::pipeline
