// Random UUIDs (version 4, RFC 9562): "0f1d2c3b-4a59-4687-8796-a5b4c3d2e1f0".
#pragma once
#include <string>

namespace freshet {

/// From the system's random source. Any thread.
std::string new_uuid();

}  // namespace freshet
