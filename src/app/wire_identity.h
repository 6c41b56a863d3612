// Makes the identity service.
#pragma once
#include <memory>

#include "app/context.h"
#include "identity/identity.h"

namespace freshet::app {

class WiredIdentity {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredIdentity>> make(Context& context);

  private:
    std::unique_ptr<identity::Identities> identities_;
};

}  // namespace freshet::app
