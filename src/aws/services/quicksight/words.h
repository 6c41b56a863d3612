// What all of QuickSight's handlers say: faults, ARNs, pages.
#pragma once
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "aws/caller.h"
#include "aws/fault.h"
#include "aws/protocol/page_token.h"
#include "dashboards/errors.h"
#include "dashboards/types.h"

namespace freshet::aws::quicksight_words {

std::unexpected<Fault> refuse(const char* code, std::string message);
std::unexpected<Fault> refuse(const freshet::Error& error);
inline std::unexpected<Fault> invalid(std::string message) {
    return refuse("InvalidParameterValueException", std::move(message));
}

/// `kind`: datasource, dataset, dashboard.
std::string arn_of(const char* kind, const dashboards::Key& key);
/// The id in an ARN of this kind, account and region.
Answer<std::string> id_of(const char* kind, const Caller& caller, const std::string& arn);
/// The path of every request names an account: it is the caller's own.
Answer<dashboards::Key> key_of(const Caller& caller, const std::string& account, std::string id);
/// One page of things in order of id, behind `token`; the next page's token when more come.
template <class T>
Answer<std::optional<std::string>> cut_page(std::vector<T>& all,
                                            const std::optional<std::string>& token,
                                            const std::optional<std::int32_t>& count_max) {
    constexpr std::size_t page_default = 100;
    const auto start = page_start(token);
    if (!start) return refuse("InvalidNextTokenException", "The NextToken value is not valid.");
    std::erase_if(all, [&](const T& one) { return one.key.id <= *start; });
    const std::size_t count = count_max ? static_cast<std::size_t>(*count_max) : page_default;
    if (all.size() <= count) return std::nullopt;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
    return page_token(all.back().key.id);
}

}  // namespace freshet::aws::quicksight_words
