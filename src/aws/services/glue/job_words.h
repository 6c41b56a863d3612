// What the files of Glue's jobs share: faults in Glue's words, names of states, pages of names.
#pragma once
#include "aws/protocol/page_token.h"
#include "aws/services/glue/jobs.h"
#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {

/// Of jobs/.
std::unexpected<Fault> refuse_job(const Error& error);
glue::ErrorDetail job_detail_of(const Error& error);

inline jobs::JobKey job_of(const Caller& caller, const std::string& name) {
    return {caller.home(), name};
}
inline jobs::TriggerKey trigger_of(const Caller& caller, const std::string& name) {
    return {caller.home(), name};
}

std::string name_of(jobs::RunState state);
/// Nothing for a word that is not a state of a run.
std::optional<jobs::RunState> run_state_of(const std::string& word);

jobs::Arguments arguments_of(const std::optional<Pairs>& pairs);
std::optional<std::string> text_of(const std::string& text);
/// An integer of AWS's that is not given for 0.
std::optional<glue::NotificationProperty> notification_of(const std::optional<int>& after_min);
std::optional<int> notify_after_of(const std::optional<glue::NotificationProperty>& property);

/// True when `tags` has all of `wanted`.
bool has_tags(const jobs::Tags& tags, const std::optional<Pairs>& wanted);

/// Leaves of `all`, which is in the order of its names, the page that a request asks for, and
/// answers the token of the next.
template <class T>
Answer<std::optional<std::string>> cut_named(std::vector<const T*>& all,
                                             const std::optional<std::string>& token,
                                             const std::optional<std::int32_t>& most) {
    constexpr int page_default = 100;
    auto next = cut_page(all, token, static_cast<std::size_t>(most.value_or(page_default)),
                         [](const T* one) -> const std::string& { return one->key.name; });
    if (!next) return refuse("InvalidInputException", "The pagination token is not valid");
    return std::move(*next);
}

void register_jobs(Router& router, jobs::Jobs& jobs);
void register_job_runs(Router& router, jobs::Jobs& jobs);
void register_triggers(Router& router, jobs::Triggers& triggers);
void register_job_tags(Router& router, jobs::Jobs& jobs, jobs::Triggers& triggers,
                       lake::Crawlers& crawlers);

}  // namespace freshet::aws::glue_words
