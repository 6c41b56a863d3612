// Reads the local files that a pipeline file names, for sending: texts as they are, a function's
// code as one zip.
#pragma once
#include <filesystem>
#include <string>

#include "pipeline/local_files.h"
#include "pipeline/messages.h"

namespace freshet::cli {

/// Relative paths are taken from `directory`; packages are looked up where `python` imports from,
/// or with "" where python3 does, then where the clone's own does that this program was built in.
/// Problems name the place in the pipeline file.
void attach_local_files(const pipeline::Value& root, const std::filesystem::path& directory,
                        const std::string& python, pipeline::Request& request,
                        pipeline::Problems& problems);

}  // namespace freshet::cli
