// The names of this server. A site that a browser visits can point a name of its own at this
// machine and then read what is answered (DNS rebinding); the request names that site as its Host,
// and a name that is not the server's is refused on every path.
// What is taken beside the configured names cannot be pointed here by a site: an address is no
// name, and a page of another address is another origin, which Cors judges; "localhost" and what is
// below it stays on the machine (RFC 6761); below amazonaws.com AWS alone sets the addresses, its
// customers choose only a label of a name that AWS points at its own hosts. Clients that reach this
// server through /etc/hosts, a proxy or an SDK's hook send such names of services and of buckets.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/http/http.h"

namespace freshet::aws {

class Hosts {
  public:
    /// `names`: further ones; one that begins with a dot includes all names below it.
    explicit Hosts(std::vector<std::string> names = {}) : names_(std::move(names)) {}

    /// 400 for a request of no host or of two, 403 for one of a foreign name; nothing when it
    /// continues.
    std::optional<io::HttpResponse> refuse(const io::HttpRequest& request) const;
    /// An address, "localhost" or a name below it, a service's name at AWS, or a configured one;
    /// with a port or without.
    bool is_own(std::string_view host) const;

  private:
    std::vector<std::string> names_;
};

}  // namespace freshet::aws
