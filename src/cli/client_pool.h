// A bounded number of connections to one place, shared by tasks of one core.
#pragma once
#include <memory>
#include <vector>

#include "aws/client.h"
#include "io/core.h"

namespace freshet::cli {

/// One core. Clients are made on demand, at most `clients_max` at a time, and reused by later
/// leases. The pool outlives its leases; close() when all are back, and no take() after it.
class ClientPool {
  public:
    ClientPool(io::Core& core, aws::ClientOptions options, std::size_t clients_max)
        : core_(core), options_(std::move(options)), clients_max_(clients_max), free_(core) {}

    /// A client for one call, given back when it goes out of scope.
    class Lease {
      public:
        Lease(ClientPool& pool, std::unique_ptr<aws::Client> client)
            : pool_(pool), client_(std::move(client)) {}
        Lease(Lease&&) = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        aws::Client& operator*() const { return *client_; }

      private:
        ClientPool& pool_;
        std::unique_ptr<aws::Client> client_;
    };
    /// Waits while all are taken. Fails when the endpoint is not a URL.
    io::Task<Result<Lease>> take();
    /// Closes the connections, before the core ends. Nothing is lent any more.
    void close() { idle_.clear(); }

  private:
    io::Core& core_;
    aws::ClientOptions options_;
    std::size_t clients_max_, made_ = 0;
    std::vector<std::unique_ptr<aws::Client>> idle_;
    io::Signal free_;
};

}  // namespace freshet::cli
