// What the files of the IAM rim share: faults in its words, ARNs, pages of listings.
#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "aws/errors.h"
#include "aws/protocol/page_token.h"
#include "aws/router.h"
#include "identity/identity.h"

namespace freshet::aws::iam_words {

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// 400 of a policy document that is none.
Answer<void> check_policy(const std::string& document);

std::string role_arn(const identity::Role& role);
/// Of the account itself.
std::string root_arn(const std::string& account);

/// Cuts a listing at `marker` and `max_items`.
template <class Input, class Output, class Item>
Answer<void> page(const Input& input, Output& out, std::vector<Item> all, std::vector<Item>& into,
                  const auto& name_of) {
    constexpr int items_default = 100;
    auto next =
        cut_page(all, input.marker,
                 static_cast<std::size_t>(input.max_items.value_or(items_default)), name_of);
    if (!next)
        return std::unexpected(
            Fault{"ValidationError", fmt::format("Invalid Marker: {}", *input.marker), 400});
    out.is_truncated = next->has_value();
    out.marker = std::move(*next);
    into = std::move(all);
    return {};
}

void register_roles(Router& router, identity::Identities& identities);
void register_policies(Router& router, identity::Identities& identities);

}  // namespace freshet::aws::iam_words
