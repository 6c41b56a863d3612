// What the files of the Glue rim share: faults in Glue's words, structures to and from the
// catalog's.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "aws/errors.h"
#include "aws/model/glue.h"
#include "aws/router.h"
#include "catalog/catalog.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace freshet::aws::glue_words {

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// Of lake/.
std::unexpected<Fault> refuse_crawler(const Error& error);
glue::ErrorDetail detail_of(const Error& error);
/// Of the caller's account itself.
std::string root_arn(const Caller& caller);

using Pairs = std::vector<std::pair<std::string, std::string>>;
catalog::Properties properties_of(const std::optional<Pairs>& pairs);
std::optional<Pairs> pairs_of(const catalog::Properties& properties);

catalog::Storage storage_of(const glue::StorageDescriptor& in);
glue::StorageDescriptor storage_output(const catalog::Storage& storage);
std::vector<catalog::Column> columns_of(const std::optional<std::vector<glue::Column>>& in);
std::vector<glue::Column> columns_output(const std::vector<catalog::Column>& columns);

/// A page's token is the key of its last item, so that what is deleted between two pages moves
/// nothing.
std::optional<std::string> token_of(const std::optional<std::string>& next);
Answer<std::string> key_of(const std::optional<std::string>& token);

/// AttributesToGet: NAME must be among them. Nothing is asked for when it is not given.
Answer<void> check_attributes(const std::optional<std::vector<std::string>>& attributes);

/// A pattern of names: a regular expression in which a bare '*' matches any text, as clients
/// send it.
Answer<std::shared_ptr<const re2::RE2>> pattern_of(const std::string& expression);

void register_databases(Router& router, catalog::Catalog& catalog);
void register_tables(Router& router, catalog::Catalog& catalog);
void register_partitions(Router& router, catalog::Catalog& catalog);
void register_statistics(Router& router, catalog::Catalog& catalog);
void register_functions(Router& router, catalog::Catalog& catalog);

}  // namespace freshet::aws::glue_words
