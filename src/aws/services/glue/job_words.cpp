#include "aws/services/glue/job_words.h"

#include <algorithm>

#include "jobs/errors.h"

namespace freshet::aws::glue_words {
namespace {

constexpr ErrorRow<jobs::Errc> job_errors[] = {
    {jobs::Errc::not_found, {"EntityNotFoundException"}},
    {jobs::Errc::exists, {"IdempotentParameterMismatchException"}},
    {jobs::Errc::invalid, {"InvalidInputException"}},
    {jobs::Errc::too_many, {"ResourceNumberLimitExceededException"}},
    {jobs::Errc::too_many_runs, {"ConcurrentRunsExceededException"}},
    {jobs::Errc::wrong_state, {"InvalidInputException"}},
    {jobs::Errc::unavailable, {"OperationTimeoutException"}},
};
static_assert(is_complete(job_errors));

constexpr std::pair<jobs::RunState, const char*> states[] = {
    {jobs::RunState::waiting, "WAITING"}, {jobs::RunState::starting, "STARTING"},
    {jobs::RunState::running, "RUNNING"}, {jobs::RunState::stopping, "STOPPING"},
    {jobs::RunState::stopped, "STOPPED"}, {jobs::RunState::succeeded, "SUCCEEDED"},
    {jobs::RunState::failed, "FAILED"},   {jobs::RunState::timed_out, "TIMEOUT"},
};

}  // namespace

std::unexpected<Fault> refuse_job(const Error& error) {
    return std::unexpected(fault_of(error, job_errors, {"InternalServiceException", 500}));
}

glue::ErrorDetail job_detail_of(const Error& error) {
    Fault fault = refuse_job(error).error();
    return {std::move(fault.code), std::move(fault.message)};
}

std::string name_of(jobs::RunState state) {
    return std::ranges::find(states, state, [](const auto& one) { return one.first; })->second;
}

std::optional<jobs::RunState> run_state_of(const std::string& word) {
    const auto found =
        std::ranges::find_if(states, [&](const auto& one) { return word == one.second; });
    return found == std::end(states) ? std::nullopt : std::optional(found->first);
}

jobs::Arguments arguments_of(const std::optional<Pairs>& pairs) {
    return pairs ? jobs::Arguments(pairs->begin(), pairs->end()) : jobs::Arguments();
}

std::optional<std::string> text_of(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<glue::NotificationProperty> notification_of(const std::optional<int>& after_min) {
    if (!after_min) return std::nullopt;
    return glue::NotificationProperty{*after_min};
}

std::optional<int> notify_after_of(const std::optional<glue::NotificationProperty>& property) {
    return property ? property->notify_delay_after : std::nullopt;
}

bool has_tags(const jobs::Tags& tags, const std::optional<Pairs>& wanted) {
    return std::ranges::all_of(wanted.value_or(Pairs()), [&](const auto& one) {
        const auto found = tags.find(one.first);
        return found != tags.end() && found->second == one.second;
    });
}

}  // namespace freshet::aws::glue_words
