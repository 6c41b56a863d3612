#include <fmt/format.h>

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

}  // namespace

void register_sts(Router& router, io::Core& home) {
    router.handle<sts::GetCallerIdentityOp>(home, identify);
}

}  // namespace freshet::aws
