// The certificates by which this server speaks TLS.
#pragma once
#include <memory>

#include "app/config.h"
#include "io/disk.h"
#include "io/tls/tls.h"

namespace freshet::app {

/// Those of the data directory, for the names of the configuration. `disk` outlives it.
std::shared_ptr<io::TlsIdentity> tls_identity(io::Disk& disk, const Config& config);

}  // namespace freshet::app
