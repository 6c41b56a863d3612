#include "aws/auth/authenticator.h"

#include <algorithm>
#include <random>

namespace freshet::aws {
namespace {

std::string new_request_id() {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    // A UUID of version 4: "x" stands for a random digit, "y" for one of 8 to b.
    std::string id = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    std::uint64_t bits = 0;
    int left = 0;
    for (char& c : id) {
        if (c != 'x' && c != 'y') continue;
        if (left-- == 0) {
            bits = random();
            left = 15;
        }
        const std::uint64_t digit = c == 'x' ? bits & 0xf : 8 | (bits & 0x3);
        c = "0123456789abcdef"[digit];
        bits >>= 4;
    }
    return id;
}

std::string take(std::string_view& text) {
    const auto slash = text.find('/');
    std::string part(text.substr(0, slash));
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
    return part;
}

bool is_account(std::string_view text) {
    return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CredentialScope parse_scope(const io::Headers& headers, const Pairs& query) {
    std::string_view text = headers.get("authorization");
    const auto at = text.find("Credential=");
    if (at != std::string_view::npos) {
        text = text.substr(at + 11);
        text = text.substr(0, text.find_first_of(", "));
    } else {
        text = {};
        for (const auto& [name, value] : query) {
            if (name == "X-Amz-Credential") text = value;
        }
    }
    CredentialScope scope;
    scope.access_key = take(text);
    scope.date = take(text);
    scope.region = take(text);
    scope.service = take(text);
    return scope;
}

Caller Authenticator::identify(const CredentialScope& scope, const io::Headers& headers) const {
    Caller caller;
    caller.access_key_ = scope.access_key;
    caller.account_ = is_account(scope.access_key) ? scope.access_key : account_;
    caller.region_ = scope.region.empty() ? "us-east-1" : scope.region;
    caller.request_id_ = new_request_id();
    caller.host_ = std::string(headers.get("host"));
    return caller;
}

}  // namespace freshet::aws
