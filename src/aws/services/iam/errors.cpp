// Errors of identity/ in IAM's words.
#include "aws/protocol/policy.h"
#include "aws/services/iam/words.h"

namespace freshet::aws::iam_words {
namespace {

using identity::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"NoSuchEntity", 404}},
    {Errc::exists, {"EntityAlreadyExists", 409}},
    {Errc::in_use, {"DeleteConflict", 409}},
    {Errc::limit, {"LimitExceeded", 409}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"ServiceFailure", 500}));
}

Answer<void> check_policy(const std::string& document) {
    std::string fault = policy_fault(document);
    if (fault.empty()) return {};
    return refuse("MalformedPolicyDocument", std::move(fault), 400);
}

}  // namespace freshet::aws::iam_words
