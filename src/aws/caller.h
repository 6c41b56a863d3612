// Who asks, as established once by aws/auth. Handlers take a Caller; only the Authenticator makes
// one.
#pragma once
#include <string>

#include "base/resource.h"

namespace freshet::aws {

class Caller {
  public:
    const Home& home() const { return home_; }
    const std::string& account() const { return home_.account; }   ///< twelve digits
    const std::string& region() const { return home_.region; }     ///< from the credential scope
    const std::string& access_key() const { return access_key_; }  ///< "" when unsigned
    const std::string& request_id() const { return request_id_; }
    const std::string& host() const { return host_; }  ///< Host as the client wrote it

  private:
    friend class Authenticator;
    Caller() = default;
    Home home_;
    std::string access_key_, request_id_, host_;
};

}  // namespace freshet::aws
