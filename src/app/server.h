// The program's parts, made in order of their layers, started, drained and stopped in reverse.
#pragma once
#include <memory>

#include "app/config.h"
#include "base/error.h"

namespace freshet::io {
class Disk;
class TlsIdentity;
}  // namespace freshet::io

namespace freshet::app {

/// The certificates of the data directory, for the names of the configuration.
std::shared_ptr<io::TlsIdentity> tls_identity(io::Disk& disk, const Config& config);

class Server {
  public:
    /// Opens the data directory, recovers, listens. Errors name the directory or the port at fault.
    static Result<std::unique_ptr<Server>> start(const Config& config);
    ~Server();
    std::string endpoint() const;
    /// Lets requests under way finish, stops every loop, closes. At most `drain_max`.
    void stop();

  private:
    Server();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace freshet::app
