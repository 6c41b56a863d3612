// What the files of the Athena rim share: faults in its words, pages of listings.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "aws/errors.h"
#include "aws/model/athena.h"
#include "aws/protocol/page_token.h"
#include "aws/router.h"
#include "query/limits.h"
#include "query/query.h"

namespace freshet::aws::athena_words {

inline constexpr const char* catalog_name = "AwsDataCatalog";  ///< the only one

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// Of the metadata operations: clients read at the end which error of the catalog it was.
std::unexpected<Fault> refuse_metadata(const Error& error, const Caller& caller);

inline athena::EngineVersion engine() { return {"AUTO", "Athena engine version 3"}; }

/// The part of `all`, in the order of its names, after the name in `token`, and the token of the
/// next: what is dropped between two pages moves nothing.
template <class T, class NameOf>
Answer<std::vector<T>> paged(std::vector<T> all, const std::optional<std::string>& token,
                             std::optional<std::int32_t> most, std::optional<std::string>& next,
                             const NameOf& name_of) {
    std::ranges::sort(all, {}, name_of);
    const std::size_t count = static_cast<std::size_t>(
        std::min(most.value_or(query::limits::list_max), query::limits::list_max));
    auto cut = cut_page(all, token, count, name_of);
    if (!cut) return refuse("InvalidRequestException", "Invalid NextToken");
    next = std::move(*cut);
    return all;
}

void register_executions(Router& router, query::Query& query);
void register_work_groups(Router& router, query::Query& query);
void register_metadata(Router& router, query::Query& query);

}  // namespace freshet::aws::athena_words
