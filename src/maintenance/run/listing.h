// The objects of a partition as plans see them.
#pragma once
#include "maintenance/plan.h"
#include "objects/objects.h"

namespace freshet::maintenance {

/// All under `prefix`, in order of keys.
io::Task<Result<std::vector<Listed>>> list_objects(objects::Objects& objects, std::string bucket,
                                                   std::string prefix);

/// The object as it was listed: objects::Errc::condition when it is gone or another one.
io::Task<Result<objects::ObjectInfo>> find_listed(objects::Objects& objects, std::string bucket,
                                                  Listed listed);

}  // namespace freshet::maintenance
