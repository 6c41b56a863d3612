// The ARNs of functions, and the other ways in which a request names one.
#include <fmt/format.h>

#include <ranges>

#include "aws/services/lambda/words.h"
#include "base/crypto/digest.h"
#include "base/text/arn.h"

namespace freshet::aws::lambda_words {
namespace {

bool is_account(std::string_view text) {
    return text.size() == 12 && text.find_first_not_of("0123456789") == text.npos;
}

/// "us-east-1": a dash and one digit at the end, and a dash before that.
bool is_region(std::string_view text) {
    return text.size() > 4 && text[text.size() - 2] == '-' && text.back() >= '0' &&
           text.back() <= '9' && text.find('-') < text.size() - 2;
}

}  // namespace

std::string arn_of(const functions::FunctionKey& key) {
    return arn_text("lambda", key, "function:");
}

std::string runtime_arn(const std::string& region, const std::string& runtime) {
    return arn_text("lambda", {"", region}, "runtime:" + to_hex(sha256(runtime)));
}

std::string account_arn(const std::string& account) {
    return arn_text("iam", {account, ""}, "root");
}

bool is_identity_arn(const std::string& text) {
    return text.starts_with("arn:aws:iam::") || text.starts_with("arn:aws:sts::");
}

std::string FunctionRef::arn() const {
    return qualifier.empty() ? arn_of(key) : arn_of(key) + ":" + qualifier;
}

Answer<FunctionRef> ref_of(const Caller& caller, const std::string& name,
                           const std::optional<std::string>& qualifier) {
    FunctionRef ref{{caller.home(), ""}, ""};
    std::vector<std::string> parts;
    for (const auto part : std::views::split(name, ':'))
        parts.emplace_back(part.begin(), part.end());
    std::size_t at = 0;
    const auto left = [&] { return parts.size() - at; };
    if (left() > 3 && parts[0] == "arn") at = 3;  // arn:aws:lambda
    if (left() > 1 && is_region(parts[at])) ref.key.home.region = parts[at++];
    if (left() > 1 && is_account(parts[at])) ref.key.home.account = parts[at++];
    if (left() > 1 && parts[at] == "function") ++at;
    ref.key.name = parts[at++];
    if (left() > 0) ref.qualifier = parts[at];
    if (qualifier && !ref.qualifier.empty() && ref.qualifier != *qualifier)
        return refuse("InvalidParameterValueException",
                      "The derived qualifier from the function name does not match the specified "
                      "qualifier.");
    if (qualifier) ref.qualifier = *qualifier;
    if (ref.key.home.region != caller.region())
        return refuse("ResourceNotFoundException",
                      fmt::format("Functions from '{}' are not reachable in this region ('{}')",
                                  ref.key.home.region, caller.region()));
    if (ref.key.home.account != caller.account())
        return std::unexpected(Fault{
            "AccessDeniedException",
            fmt::format("The account {} has no access to {}", caller.account(), ref.arn()), 403});
    return ref;
}

}  // namespace freshet::aws::lambda_words
