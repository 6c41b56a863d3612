// The identity service, IAM and STS.
#include "identity/identity.h"

#include "app/part.h"
#include "aws/services/iam/iam.h"
#include "identity/store.h"

namespace freshet::app {
namespace {

class IdentityPart final : public Part {
  public:
    IdentityPart(const Foundation& foundation, Services&)
        : Part(home_beside_records(foundation, "identity")),
          identities_(home(), foundation.database) {}
    Result<> open(const Foundation& foundation, Services&) {
        if (auto loaded = identities_.load(); !loaded) return loaded;
        aws::register_iam(foundation.router, identities_);
        aws::register_sts(foundation.router, home());
        return {};
    }

  private:
    identity::Identities identities_;
};

}  // namespace

PartKind identity_part() {
    return {"identity", identity::store::migrations, make_part<IdentityPart>};
}

}  // namespace freshet::app
