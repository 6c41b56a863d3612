// What all of QuickSight's handlers say: faults, ARNs, pages.
#pragma once
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "aws/caller.h"
#include "aws/errors.h"
#include "aws/protocol/page_token.h"
#include "dashboards/errors.h"
#include "dashboards/types.h"

namespace freshet::aws::quicksight_words {

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
inline std::unexpected<Fault> invalid(std::string message) {
    return refuse("InvalidParameterValueException", std::move(message));
}

/// `kind`: datasource, dataset, dashboard.
std::string arn_of(const char* kind, const dashboards::Key& key);
/// The id in an ARN of this kind, account and region.
Answer<std::string> id_of(const char* kind, const Caller& caller, const std::string& arn);
/// The path of every request names an account: it is the caller's own.
Answer<dashboards::Key> key_of(const Caller& caller, const std::string& account, std::string id);
/// One page of things in order of id, after `token`; the next page's token when more come.
template <class T>
Answer<std::optional<std::string>> cut_page(std::vector<T>& all,
                                            const std::optional<std::string>& token,
                                            const std::optional<std::int32_t>& count_max) {
    constexpr int page_default = 100;
    auto next =
        aws::cut_page(all, token, static_cast<std::size_t>(count_max.value_or(page_default)),
                      [](const T& one) -> const std::string& { return one.key.name; });
    if (!next) return refuse("InvalidNextTokenException", "The NextToken value is not valid.");
    return std::move(*next);
}

}  // namespace freshet::aws::quicksight_words
