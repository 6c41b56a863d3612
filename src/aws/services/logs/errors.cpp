// Errors of monitor/ in CloudWatch Logs's words.
#include "aws/services/logs/words.h"

namespace freshet::aws::logs_words {
namespace {

constexpr ErrorRow<monitor::Errc> errors[] = {
    {monitor::Errc::not_found, {"ResourceNotFoundException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"ServiceUnavailableException"}));
}

std::unexpected<Fault> refuse_token() {
    return refuse("InvalidParameterException", "The specified nextToken is invalid.");
}

}  // namespace freshet::aws::logs_words
