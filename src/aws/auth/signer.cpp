#include "aws/auth/signer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>

#include "base/crypto/digest.h"
#include "base/text/ascii.h"

namespace freshet::aws {
namespace {

std::string raw(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string body_digest(const io::ClientRequest& request) {
    Hasher hasher(Hasher::Kind::sha256);
    for (const Bytes& piece : request.body) hasher.update(piece.view());
    return to_hex(hasher.finish());
}

}  // namespace

void sign(io::ClientRequest& request, const Credentials& credentials, const std::string& region,
          std::string_view service, Timestamp now) {
    const std::tm utc = fmt::gmtime(to_epoch_ms(now) / 1000);
    const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", utc), date = time.substr(0, 8);
    request.headers.set("X-Amz-Date", time);
    if (!credentials.session_token.empty())
        request.headers.set("X-Amz-Security-Token", credentials.session_token);
    std::map<std::string, std::string> headers;
    for (const auto& [name, value] : request.headers.all()) {
        headers[lower(name)] = value;
    }
    std::string canonical = fmt::format("{}\n{}\n\n", request.method, request.target), names;
    for (const auto& [name, value] : headers) {
        canonical += fmt::format("{}:{}\n", name, value);
        names += names.empty() ? name : ";" + name;
    }
    canonical += fmt::format("\n{}\n{}", names, body_digest(request));
    const std::string scope = fmt::format("{}/{}/{}/aws4_request", date, region, service);
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, to_hex(sha256(canonical)));
    std::string key = "AWS4" + credentials.secret_key;
    for (const std::string_view part : {std::string_view(date), std::string_view(region), service,
                                        std::string_view("aws4_request")})
        key = raw(hmac_sha256(key, part));
    request.headers.set(
        "Authorization",
        fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                    credentials.access_key, scope, names, to_hex(hmac_sha256(key, to_sign))));
}

}  // namespace freshet::aws
