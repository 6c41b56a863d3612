#include "aws/services/s3/requests/subresources.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "aws/model/s3.h"

namespace freshet::aws::s3_words {
namespace {

constexpr std::array<std::string_view, 4> conditions{"If-Match", "If-None-Match",
                                                     "If-Modified-Since", "If-Unmodified-Since"};
/// Sub-resources that no operation of the model is named by.
constexpr std::array<std::string_view, 2> of_members{"uploadId", "partNumber"};

std::set<std::string, std::less<>> names_in_query(std::string_view uri) {
    std::set<std::string, std::less<>> names;
    const std::size_t mark = uri.find('?');
    if (mark == std::string_view::npos) return names;
    std::string_view query = uri.substr(mark + 1);
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), one.size() + 1));
        names.emplace(one.substr(0, one.find('=')));
    }
    return names;
}

const std::set<std::string, std::less<>>& subresources() {
    static const auto all = [] {
        std::set<std::string, std::less<>> names(of_members.begin(), of_members.end());
        for (const OperationName& operation : ::freshet::aws::s3::service_info().operations)
            names.merge(names_in_query(operation.uri));
        names.erase("x-id");  // SDKs add it to any request
        return names;
    }();
    return all;
}

bool has_member(const OperationInfo& operation, Location location, std::string_view wire) {
    return std::ranges::any_of(operation.input->members, [&](const Member& member) {
        return member.location == location && std::string_view(member.wire) == wire;
    });
}

Answer<void> refuse_query(const OperationInfo& operation, const std::string& method,
                          const Target& target) {
    const auto own = names_in_query(operation.uri);
    for (const auto& [name, value] : target.query) {
        if (name == "list-type" && own.contains(name) && value != "2")
            return std::unexpected(Fault{"InvalidArgument",
                                         "Invalid List Type specified in Request",
                                         400,
                                         {{"ArgumentName", name}, {"ArgumentValue", value}}});
        if (!subresources().contains(name) || own.contains(name) ||
            has_member(operation, Location::query, name))
            continue;
        return std::unexpected(Fault{"MethodNotAllowed",
                                     "The specified method is not allowed against this resource.",
                                     405,
                                     {{"Method", method}, {"ResourceType", name}}});
    }
    return {};
}

}  // namespace

Answer<void> refuse_beyond_operation(const OperationInfo& operation, const std::string& method,
                                     const Target& target, const io::Headers& headers) {
    if (!target.query.empty()) {
        auto good = refuse_query(operation, method, target);
        if (!good) return good;
    }
    if (method == "GET" || method == "HEAD") return {};
    for (const std::string_view condition : conditions) {
        if (!headers.find(condition) || has_member(operation, Location::header, condition))
            continue;
        return std::unexpected(
            Fault{"NotImplemented",
                  "A header you provided implies functionality that is not implemented",
                  501,
                  {{"Header", std::string(condition)}}});
    }
    return {};
}

}  // namespace freshet::aws::s3_words
