// IAM: registers its operations and says what is special about its requests.
#include "aws/http/rim.h"
#include "aws/model/iam.h"
#include "aws/services/iam/iam.h"
#include "aws/services/iam/words.h"

namespace freshet::aws {
namespace {

class IamRim final : public ServiceRim {
  public:
    IamRim() : ServiceRim(iam::service_info()) {}

    /// Forms that no other service of the query protocol knows.
    Claim claim(const Unnamed& request) const override {
        return request.by == Unnamed::By::action ? Claim::fallback : Claim::none;
    }
    const char* violation_code() const override { return "ValidationError"; }
};

}  // namespace

void register_iam(Router& router, identity::Identities& identities) {
    router.add_service(std::make_unique<IamRim>());
    iam_words::register_roles(router, identities);
    iam_words::register_policies(router, identities);
}

}  // namespace freshet::aws
