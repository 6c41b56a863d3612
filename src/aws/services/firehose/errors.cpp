// Errors of delivery/ in Firehose's words.
#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {
namespace {

using delivery::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::in_use, {"ResourceInUseException"}},
    {Errc::invalid_argument, {"InvalidArgumentException"}},
    {Errc::wrong_version, {"ConcurrentModificationException"}},
    {Errc::wrong_source, {"InvalidSourceException"}},
    {Errc::limit, {"LimitExceededException"}},
    {Errc::no_schema, {"InvalidArgumentException"}},
    {Errc::bad_schema, {"InvalidArgumentException"}},
    {Errc::worker_lost, {"ServiceUnavailableException"}},
    {Errc::throttled, {"ServiceUnavailableException"}},
    {Errc::unavailable, {"ServiceUnavailableException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"ServiceUnavailableException"}));
}

}  // namespace freshet::aws::firehose_words
