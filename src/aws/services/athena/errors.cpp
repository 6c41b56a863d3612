// Errors of query/ in Athena's words.
#include <fmt/format.h>

#include "aws/services/athena/words.h"

namespace freshet::aws::athena_words {
namespace {

using query::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::invalid_request, {"InvalidRequestException"}},
    {Errc::syntax, {"InvalidRequestException"}},
    {Errc::not_found, {"InvalidRequestException"}},
    {Errc::not_ready, {"InvalidRequestException"}},
    {Errc::no_such_database, {"MetadataException"}},
    {Errc::no_such_table, {"MetadataException"}},
    {Errc::failed, {"InvalidRequestException"}},
    {Errc::metadata, {"MetadataException"}},
};
static_assert(is_complete(errors));

}  // namespace

std::unexpected<Fault> refuse(const Error& error) {
    Fault fault = fault_of(error, errors, {"InternalServerException"});
    if (error.is(Errc::syntax)) fault.fields = {{"AthenaErrorCode", "MALFORMED_QUERY"}};
    return std::unexpected(std::move(fault));
}

std::unexpected<Fault> refuse_metadata(const Error& error, const Caller& caller) {
    const bool is_missing = error.is(Errc::no_such_database) || error.is(Errc::no_such_table);
    if (!is_missing) return refuse(error);
    return refuse("MetadataException",
                  fmt::format("{} (Service: AmazonDataCatalog; Status Code: 400; Error Code: "
                              "EntityNotFoundException; Request ID: {}; Proxy: null)",
                              error.message(), caller.request_id()));
}

}  // namespace freshet::aws::athena_words
