// What every part of the program is built from; owned by Server, and handed by reference to the
// wire functions (wire_<service>.h) only. Services themselves take just the references they need.
#pragma once
#include "app/config.h"
#include "app/data_directory.h"
#include "aws/router.h"
#include "io/core.h"
#include "io/disk.h"
#include "meta/database.h"

namespace freshet::app {

struct Context {
    const Config& config;
    io::Clock& clock;
    io::Disk& disk;
    io::Cores& cores;
    io::Pool& pool;  ///< blocking work of all services
    meta::Database& database;
    const DataDirectory& directory;
    aws::Router& router;
    std::string data_dir;
    std::string endpoint;  ///< "http://127.0.0.1:4566"
};

}  // namespace freshet::app
