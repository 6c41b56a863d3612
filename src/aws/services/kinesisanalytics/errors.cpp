// Errors of analytics/ in Kinesis Data Analytics's words.
#include "aws/services/kinesisanalytics/words.h"

namespace freshet::aws::analytics_words {
namespace {

using analytics::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::in_use, {"ResourceInUseException"}},
    {Errc::invalid_argument, {"InvalidArgumentException"}},
    {Errc::invalid_code, {"CodeValidationException"}},
    {Errc::invalid_configuration, {"InvalidApplicationConfigurationException"}},
    {Errc::wrong_version, {"ConcurrentModificationException"}},
    {Errc::limit_exceeded, {"LimitExceededException"}},
    {Errc::no_schema, {"UnableToDetectSchemaException"}},
    {Errc::unavailable, {"ServiceUnavailableException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"ServiceUnavailableException"}));
}

}  // namespace freshet::aws::analytics_words
