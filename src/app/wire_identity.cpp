#include "app/wire_identity.h"

#include "aws/services/iam/iam.h"
#include "identity/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredIdentity::migrations() { return identity::store::migrations(); }

Result<std::unique_ptr<WiredIdentity>> WiredIdentity::make(Context& context) {
    auto wired = std::make_unique<WiredIdentity>();
    wired->identities_ =
        std::make_unique<identity::Identities>(context.cores.main(), context.database);
    if (auto loaded = wired->identities_->load(); !loaded) return pass(loaded);
    aws::register_iam(context.router, *wired->identities_);
    aws::register_sts(context.router, context.cores.main());
    return wired;
}

}  // namespace freshet::app
