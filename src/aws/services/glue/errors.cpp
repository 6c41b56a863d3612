// Errors of catalog/ and of lake/ in Glue's words.
#include "lake/errors.h"
#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {
namespace {

using catalog::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::not_found, {"EntityNotFoundException"}},
    {Errc::exists, {"AlreadyExistsException"}},
    {Errc::invalid, {"InvalidInputException"}},
    {Errc::wrong_version, {"ConcurrentModificationException"}},
};
static_assert(is_complete(errors));

constexpr ErrorRow<lake::Errc> crawler_errors[] = {
    {lake::Errc::not_found, {"EntityNotFoundException"}},
    {lake::Errc::exists, {"AlreadyExistsException"}},
    {lake::Errc::invalid, {"InvalidInputException"}},
    {lake::Errc::running, {"CrawlerRunningException"}},
    {lake::Errc::not_running, {"CrawlerNotRunningException"}},
    {lake::Errc::stopping, {"CrawlerStoppingException"}},
    {lake::Errc::no_schedule, {"NoScheduleException"}},
    {lake::Errc::schedule_running, {"SchedulerRunningException"}},
    {lake::Errc::schedule_not_running, {"SchedulerNotRunningException"}},
    {lake::Errc::too_many, {"ResourceNumberLimitExceededException"}},
    {lake::Errc::unavailable, {"OperationTimeoutException"}},
};
static_assert(is_complete(crawler_errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    return std::unexpected(fault_of(error, errors, {"InternalServiceException", 500}));
}

std::unexpected<Fault> refuse_crawler(const Error& error) {
    return std::unexpected(fault_of(error, crawler_errors, {"InternalServiceException"}));
}

glue::ErrorDetail detail_of(const Error& error) {
    Fault fault = refuse(error).error();
    return {std::move(fault.code), std::move(fault.message)};
}

}  // namespace freshet::aws::glue_words
