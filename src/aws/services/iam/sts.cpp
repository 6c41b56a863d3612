// STS: the one operation that is built of it, and what is special about its requests.
#include "aws/model/sts.h"
#include "aws/http/rim.h"
#include "aws/services/iam/iam.h"
#include "aws/services/iam/words.h"

namespace freshet::aws {
namespace {

class StsRim final : public ServiceRim {
  public:
    StsRim() : ServiceRim(sts::service_info()) {}

    /// A form that names no service is STS's when its action is.
    Claim claim(const Unnamed& request) const override {
        const bool is_own = request.by == Unnamed::By::action && find_operation(request.text);
        return is_own ? Claim::own : Claim::none;
    }
};

class Handlers {
  public:
    io::Task<Answer<sts::GetCallerIdentityResponse>> identify(Caller caller,
                                                              sts::GetCallerIdentityRequest) {
        sts::GetCallerIdentityResponse out;
        out.account = caller.account();
        out.arn = iam_words::root_arn(caller.account());
        out.user_id = caller.access_key().empty() ? caller.account() : caller.access_key();
        co_return out;
    }
};

}  // namespace

void register_sts(Router& router, io::Core& home) {
    router.add_service(std::make_unique<StsRim>());
    on<sts::GetCallerIdentityOp>(router, home, std::make_shared<Handlers>(), &Handlers::identify);
}

}  // namespace freshet::aws
