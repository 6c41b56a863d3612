// What the files of the Glue rim share: faults in Glue's words, structures to and from the
// catalog's.
#pragma once
#include <string>
#include <vector>

#include "aws/fault.h"
#include "aws/model/glue.h"
#include "aws/router.h"
#include "catalog/catalog.h"

namespace freshet::aws::glue_words {

std::unexpected<Fault> refuse(const freshet::Error& error);
std::unexpected<Fault> refuse(const char* code, std::string message);
glue::ErrorDetail detail_of(const freshet::Error& error);
inline catalog::Home home_of(const Caller& caller) { return {caller.account(), caller.region()}; }

using Pairs = std::vector<std::pair<std::string, std::string>>;
catalog::Properties properties_of(const std::optional<Pairs>& pairs);
std::optional<Pairs> pairs_of(const catalog::Properties& properties);

catalog::Storage storage_of(const glue::StorageDescriptor& in);
glue::StorageDescriptor storage_output(const catalog::Storage& storage);
std::vector<catalog::Column> columns_of(const std::optional<std::vector<glue::Column>>& in);
std::vector<glue::Column> columns_output(const std::vector<catalog::Column>& columns);

/// One page of `all` from the offset that `token` says; the token of the next one, if there is one.
template <class T>
Answer<std::optional<std::string>> cut_page(std::vector<T>& all,
                                            const std::optional<std::string>& token,
                                            std::size_t size) {
    char* end = nullptr;
    const std::size_t from = token ? std::strtoull(token->c_str(), &end, 10) : 0;
    if (token && (token->empty() || *end || from > all.size()))
        return std::unexpected(Fault{"InvalidInputException", "The pagination token is not valid"});
    const std::size_t to = std::min(all.size(), from + size);
    const bool more = to < all.size();
    all = std::vector<T>(std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(from)),
                         std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(to)));
    return more ? std::optional(std::to_string(to)) : std::nullopt;
}

void register_tables(Router& router, catalog::Catalog& catalog);
void register_partitions(Router& router, catalog::Catalog& catalog);

}  // namespace freshet::aws::glue_words
