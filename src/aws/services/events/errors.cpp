// Errors of schedule/ in EventBridge's words.
#include "aws/services/events/words.h"

namespace freshet::aws::events_words {
namespace {

using schedule::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::invalid, {"ValidationException"}},
    {Errc::limit_exceeded, {"LimitExceededException"}},
    {Errc::not_permitted, {"InternalException"}},
    {Errc::unavailable, {"InternalException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"InternalException"}));
}

std::unexpected<Fault> refuse_token() {
    return refuse("ValidationException", "The NextToken is not valid.");
}

}  // namespace freshet::aws::events_words
