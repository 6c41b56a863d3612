// Errors of stream/ in Kinesis's words.
#include "aws/services/kinesis/words.h"

namespace freshet::aws::kinesis_words {
namespace {

using stream::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::in_use, {"ResourceInUseException"}},
    {Errc::limit, {"LimitExceededException"}},
    {Errc::invalid_argument, {"InvalidArgumentException"}},
    {Errc::not_in_this_mode, {"ValidationException"}},
    {Errc::expired_iterator, {"ExpiredIteratorException"}},
    {Errc::key_unavailable, {"KMSNotFoundException"}},
    {Errc::throttled, {"ProvisionedThroughputExceededException"}},
    {Errc::overloaded, {"ProvisionedThroughputExceededException"}},
    {Errc::storage, {"InternalFailure", 500}},
};
static_assert(is_complete(errors));

}  // namespace

Fault to_fault(const Error& error) { return fault_of(error, errors, {"InternalFailure", 500}); }
std::unexpected<Fault> refuse(const Error& error) { return std::unexpected(to_fault(error)); }

}  // namespace freshet::aws::kinesis_words
