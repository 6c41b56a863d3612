// AWS Lambda: registers its operations and says what is special about its requests.
#include "aws/http/rim.h"
#include "aws/limits.h"
#include "aws/services/lambda/lambda.h"
#include "aws/services/lambda/words.h"

namespace freshet::aws {
namespace {

class LambdaRim final : public ServiceRim {
  public:
    LambdaRim() : ServiceRim(lambda::service_info()) {}

    /// An unsigned request is Lambda's when its path is of a version of Lambda's API.
    Claim claim(const Unnamed& request) const override {
        const bool is_own =
            request.by == Unnamed::By::path && !request.is_signed &&
            (request.text.starts_with("/2015-03-31/") || request.text.starts_with("/2014-11-13/"));
        return is_own ? Claim::own : Claim::none;
    }
    std::size_t body_bytes_max(std::string_view operation) const override {
        if (operation == "Invoke") return limits::call_body_bytes_max;
        if (operation == "CreateFunction" || operation == "UpdateFunctionCode")
            return limits::code_body_bytes_max;
        return limits::body_bytes_max;
    }
};

}  // namespace

void register_lambda(Router& router, functions::Functions& functions, objects::Objects& objects,
                     const CodeLinks& links) {
    router.add_service(std::make_unique<LambdaRim>());
    lambda_words::register_functions(router, functions, objects, links);
    lambda_words::register_calls(router, functions);
    lambda_words::register_policies(router, functions);
}

}  // namespace freshet::aws
