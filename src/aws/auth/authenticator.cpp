#include "aws/auth/authenticator.h"

#include <algorithm>
#include <array>
#include <random>

namespace freshet::aws {
namespace {

std::string new_request_id() {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    std::array<std::uint64_t, 2> bits{random(), random()};
    auto* bytes = reinterpret_cast<std::uint8_t*>(bits.data());
    bytes[6] = static_cast<std::uint8_t>(0x40 | (bytes[6] & 0x0f));  // a UUID of version 4
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
    std::string id(36, '-');
    std::size_t at = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
        id[at++] = "0123456789abcdef"[bytes[i] >> 4];
        id[at++] = "0123456789abcdef"[bytes[i] & 0x0f];
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
    return text.size() == 12 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
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
    caller.home_.account = is_account(scope.access_key) ? scope.access_key : account_;
    caller.home_.region = scope.region.empty() ? "us-east-1" : scope.region;
    caller.request_id_ = new_request_id();
    caller.host_ = std::string(headers.get("host"));
    return caller;
}

}  // namespace freshet::aws
