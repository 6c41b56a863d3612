// A pipeline file's resources in order of dependency, and what is to be done about each: compared
// first, then carried out one after the other up to the first error.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "pipeline/messages.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {

/// A resource with its kind's word, its name, and where the file names it.
struct Named {
    const char* kind;
    std::string name;
    std::string place;  ///< "12:5"
    std::unique_ptr<Resource> resource;
};

/// Everything that the file names; with problems, what could be read of it.
std::vector<Named> read_resources(const Value& root, const Surroundings& surroundings,
                                  Problems& problems);

/// Makes what is not there and changes what differs. A field that cannot change stops it before
/// anything is done.
io::Task<Report> apply(Calls& calls, const std::vector<Named>& resources, bool is_dry_run);

/// Removes what is there, in reverse order. What must not be removed stops it before anything is.
io::Task<Report> destroy(Calls& calls, const std::vector<Named>& resources, bool is_dry_run);

}  // namespace freshet::pipeline
