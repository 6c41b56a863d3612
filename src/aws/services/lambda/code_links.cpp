#include "aws/services/lambda/code_links.h"

#include <fmt/format.h>

#include <charconv>
#include <ranges>
#include <vector>

#include "aws/limits.h"
#include "base/crypto/digest.h"
#include "base/uuid.h"
#include "functions/limits.h"

namespace freshet::aws {
namespace {

constexpr std::int64_t link_life_s = 600;
constexpr const char* gone = "The link has expired, or the code is no longer there";

/// A zip on its way to a client: it is in memory, and counts, until the client has it or has gone.
class Download final : public io::BodyReader {
  public:
    Download(Bytes zip, std::unique_ptr<BodyBudget::Share> share)
        : share_(std::move(share)), zip_(std::move(zip)) {}
    io::Task<Result<Bytes>> read() override { co_return std::exchange(zip_, {}); }

  private:
    std::unique_ptr<BodyBudget::Share> share_;
    Bytes zip_;
};

io::HttpResponse answer(int status, const char* type) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", type);
    response.headers.add("Cache-Control", "no-store");
    response.headers.add("X-Content-Type-Options", "nosniff");
    return response;
}

io::HttpResponse refuse(int status, const char* why) {
    io::HttpResponse response = answer(status, "application/json");
    response.body.push_back(Bytes::own(fmt::format("{{\"message\":\"{}\"}}\n", why)));
    return response;
}

io::Task<Result<std::size_t>> code_bytes(functions::Functions& functions,
                                         functions::FunctionKey key) {
    auto found = functions.find(key);
    if (!found) co_return pass(found);
    co_return static_cast<std::size_t>(found->code_bytes);
}

}  // namespace

CodeLinks::CodeLinks(functions::Functions& functions)
    : functions_(functions),
      downloads_(functions::archives_sent_bytes_max),
      secret_(new_uuid() + new_uuid()) {}

std::string CodeLinks::signature(const std::string& resource, std::int64_t until_s) const {
    return to_hex(hmac_sha256(secret_, fmt::format("{}\n{}", resource, until_s)));
}

std::string CodeLinks::link(const functions::Function& function, const std::string& host) const {
    const std::string resource =
        fmt::format("{}/{}/{}/{}", function.key.home.account, function.key.home.region,
                    function.key.name, function.code_sha256);
    const std::int64_t until_s = to_epoch_ms(functions_.home().now()) / 1000 + link_life_s;
    return fmt::format("http://{}{}{}?until={}&signature={}", host, path, resource, until_s,
                       signature(resource, until_s));
}

/// "ACCOUNT/REGION/NAME/SHA256?until=SECONDS&signature=HEX", as link() writes it.
io::Task<io::HttpResponse> CodeLinks::handle(io::HttpRequest request) {
    const std::string target = request.target.substr(path.size());
    const std::string resource = target.substr(0, target.find('?'));
    const auto value = [&](const std::string& name) {
        const std::size_t at = target.find(name + "=");
        if (at == std::string::npos) return std::string();
        const std::size_t from = at + name.size() + 1;
        return target.substr(from, target.find('&', from) - from);
    };
    std::int64_t until_s = 0;
    const std::string until = value("until"), given = value("signature");
    std::from_chars(until.data(), until.data() + until.size(), until_s);
    const std::string right = signature(resource, until_s);
    unsigned differing = given.size() == right.size() ? 0U : 1U;
    for (std::size_t i = 0; i < std::min(given.size(), right.size()); ++i)
        differing |= static_cast<unsigned char>(given[i] ^ right[i]);
    if (differing != 0) co_return refuse(403, "This is no link that this server gave");
    std::vector<std::string> parts;
    for (const auto part : std::views::split(resource, '/'))
        parts.emplace_back(part.begin(), part.end());
    if (request.method != "GET") co_return refuse(405, "Code is read with GET");
    const functions::FunctionKey key{{parts[0], parts[1]}, parts[2]};
    const auto bytes = co_await io::run_on(functions_.home(), code_bytes(functions_, key));
    if (!bytes) co_return refuse(404, gone);
    auto share = std::make_unique<BodyBudget::Share>(downloads_);
    if (!share->reserve(*bytes)) {
        io::HttpResponse later = refuse(503, "Too much code is on its way to other clients");
        later.headers.add("Retry-After", std::to_string(limits::retry_after_s));
        co_return later;
    }
    auto zip = co_await io::run_on(functions_.home(), functions_.code(key, parts[3], until_s));
    if (!zip) co_return refuse(404, gone);
    io::HttpResponse response = answer(200, "application/zip");
    response.stream_length = zip->size();
    response.stream = std::make_unique<Download>(std::move(*zip), std::move(share));
    co_return response;
}

}  // namespace freshet::aws
