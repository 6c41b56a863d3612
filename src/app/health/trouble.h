// One thing that is wrong, as GET /_freshet/health reports it.
#pragma once
#include <string>

namespace freshet::app {

struct Trouble {
    std::string part;    ///< "disk"
    std::string reason;  ///< a sentence for a person
    /// Of the user's resource that is in trouble; empty: the server's.
    std::string account, region, name;
    bool is_servers = true;  ///< false: the server itself does its work
};

}  // namespace freshet::app
