#include "app/certificate.h"

namespace freshet::app {

std::shared_ptr<io::TlsIdentity> tls_identity(io::Disk& disk, const Config& config) {
    std::vector<std::string> names = config.tls_names;
    names.push_back(config.listen_host);
    return std::make_shared<io::TlsIdentity>(disk, config.data_dir + "/tls", names);
}

}  // namespace freshet::app
