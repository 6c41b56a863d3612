// Invoke.
#include <fmt/format.h>

#include "aws/protocol/json/json.h"
#include "aws/services/lambda/words.h"
#include "base/crypto/digest.h"
#include "functions/limits.h"

namespace freshet::aws::lambda_words {
namespace {

using namespace lambda;

class Calls {
  public:
    explicit Calls(functions::Functions& functions) : functions_(functions) {}

    io::Task<Answer<InvocationResponse>> invoke(Caller caller, InvocationRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        if (ref->qualifier.empty()) ref->qualifier = latest;
        if (!is_there(functions_, *ref)) co_return std::unexpected(not_found(ref->arn()));
        if (request.payload && !request.payload->empty() && !is_json(request.payload->view()))
            co_return refuse("InvalidRequestContentException",
                             "Could not parse request body into json: Could not parse payload into "
                             "json: it is no value of JSON in UTF-8");
        std::string context;
        if (request.client_context && !request.client_context->empty() &&
            (!base64_decode(*request.client_context, context) || !is_json_object(context)))
            co_return refuse("InvalidRequestContentException",
                             "Client context must be a valid Base64-encoded JSON object.");
        const std::string type = request.invocation_type.value_or("RequestResponse");
        InvocationResponse out;
        if (type == "DryRun") {
            out.status_code = 204;
            co_return out;
        }
        Bytes payload = request.payload.value_or(Bytes());
        if (type == "Event") {
            auto taken = co_await functions_.invoke_later(ref->key, std::move(payload));
            if (!taken) co_return refuse(taken.error());
            out.status_code = 202;
            co_return out;
        }
        auto result = co_await functions_.invoke(ref->key, std::move(payload), std::move(context));
        if (!result) co_return refuse(result.error());
        out.status_code = 200;
        out.executed_version = latest;
        out.payload = std::move(result->payload);
        if (!result->function_error.empty()) out.function_error = result->function_error;
        if (request.log_type == "Tail") out.log_result = base64_encode(result->log_tail);
        co_return out;
    }

  private:
    functions::Functions& functions_;
};

}  // namespace

void register_calls(Router& router, functions::Functions& functions) {
    auto handlers = std::make_shared<Calls>(functions);
    on<InvokeOp>(router, functions.home(), handlers, &Calls::invoke);
}

}  // namespace freshet::aws::lambda_words
