#include <fmt/format.h>

#include "aws/http/rim.h"
#include "aws/model/sts.h"
#include "aws/services/iam/iam.h"

namespace freshet::aws {
namespace {

io::Task<Answer<sts::GetCallerIdentityResponse>> identify(Caller caller,
                                                          sts::GetCallerIdentityRequest) {
    sts::GetCallerIdentityResponse out;
    out.account = caller.account();
    out.arn = fmt::format("arn:aws:iam::{}:root", caller.account());
    out.user_id = caller.access_key().empty() ? caller.account() : caller.access_key();
    co_return out;
}

class StsRim final : public ServiceRim {
  public:
    StsRim() : ServiceRim(sts::service_info()) {}

    Claim claim(const Unnamed& request) const override {
        const bool is_own = request.by == Unnamed::By::action && find_operation(request.text);
        return is_own ? Claim::own : Claim::none;
    }
};

}  // namespace

void register_sts(Router& router, io::Core& home) {
    router.add_service(std::make_unique<StsRim>());
    router.handle<sts::GetCallerIdentityOp>(home, identify);
}

}  // namespace freshet::aws
