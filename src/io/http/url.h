// What a client takes for the address of a server.
#pragma once
#include <string_view>

#include "base/error.h"

namespace freshet::io {

/// Errc::invalid says why `text` is not "http://HOST[:PORT]" or "https://HOST[:PORT]".
Result<> check_url(std::string_view text);

}  // namespace freshet::io
