// What all of QuickSight's handlers say: faults, ARNs, pages.
#pragma once
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "aws/caller.h"
#include "aws/fault.h"
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
/// One page of things in order of id, behind the id `after`. True when more come.
template <class T>
bool cut_page(std::vector<T>& all, const std::optional<std::string>& after,
              const std::optional<std::int32_t>& count_max) {
    constexpr std::size_t page_default = 100;
    if (after) std::erase_if(all, [&](const T& one) { return one.key.id <= *after; });
    const std::size_t count = count_max ? static_cast<std::size_t>(*count_max) : page_default;
    if (all.size() <= count) return false;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
    return true;
}

}  // namespace freshet::aws::quicksight_words
