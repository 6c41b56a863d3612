// Errors of tables/ in DynamoDB's words.
#include "aws/errors.h"
#include "aws/services/dynamodb/words.h"

namespace freshet::aws::dynamodb {
namespace {

using tables::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::invalid, {"ValidationException"}},
    {Errc::not_found, {"ResourceNotFoundException"}},
    {Errc::in_use, {"ResourceInUseException"}},
    {Errc::limit_exceeded, {"LimitExceededException"}},
    {Errc::token_reused, {"IdempotentParameterMismatchException"}},
    {Errc::unavailable, {"InternalServerError", 500}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"InternalServerError", 500}));
}

std::unexpected<Fault> invalid(std::string message) {
    return refuse("ValidationException", std::move(message));
}

std::unexpected<Fault> condition_failed(const std::optional<std::string>& return_values,
                                        const std::optional<tables::Item>& item) {
    Fault fault{"ConditionalCheckFailedException", "The conditional request failed"};
    if (return_values == "ALL_OLD" && item) fault.members_json = item_json(*item);
    return std::unexpected(std::move(fault));
}

}  // namespace freshet::aws::dynamodb
