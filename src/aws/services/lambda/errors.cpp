// Errors of functions/ in Lambda's words.
#include "aws/services/lambda/words.h"

namespace freshet::aws::lambda_words {
namespace {

using functions::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::exists, {"ResourceConflictException"}},
    {Errc::invalid, {"InvalidParameterValueException"}},
    {Errc::wrong_revision, {"PreconditionFailedException"}},
    {Errc::too_large, {"RequestTooLargeException"}},
    {Errc::no_runtime, {"InvalidRuntimeException"}},
    {Errc::too_many, {"TooManyRequestsException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"ServiceException"}));
}

}  // namespace freshet::aws::lambda_words
