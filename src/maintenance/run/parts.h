// What a run works with.
#pragma once
#include "io/core.h"
#include "maintenance/ports.h"
#include "meta/database.h"
#include "objects/objects.h"

namespace freshet::maintenance {

struct Parts {
    meta::Database& database;
    objects::Objects& objects;
    TablesPort& tables;
    WorkerPort& worker;
    io::Pool& pool;
};

}  // namespace freshet::maintenance
