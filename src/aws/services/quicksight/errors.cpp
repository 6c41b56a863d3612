// Errors of dashboards/ in QuickSight's words.
#include "aws/services/quicksight/words.h"

namespace freshet::aws::quicksight_words {
namespace {

using dashboards::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::exists, {"ResourceExistsException"}},
    {Errc::invalid, {"InvalidParameterValueException"}},
    {Errc::in_use, {"ConflictException"}},
    {Errc::unavailable, {"InternalFailureException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"InternalFailureException"}));
}

}  // namespace freshet::aws::quicksight_words
