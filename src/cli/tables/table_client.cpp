#include "cli/tables/table_client.h"

#include <fmt/format.h>

#include <cstdlib>

#include "aws/auth/signer.h"
#include "base/text/json_text.h"
#include "record/json/json.h"

namespace freshet::cli {
namespace {

constexpr Millis answer_max = 30min;  // a full scan of a table

std::string escaped(std::string_view text) {
    std::string made;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        made +=
            is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return made;
}

}  // namespace

JsonObject::JsonObject(std::string json) : json_(std::move(json)) {
    for (const record::JsonMember& member :
         record::members_of(json_).value_or(std::vector<record::JsonMember>()))
        members_[member.path.substr(2)] = member.text;
}

std::string JsonObject::text(const std::string& name) const {
    const auto found = members_.find(name);
    return found == members_.end() ? "" : found->second;
}

std::int64_t JsonObject::number(const std::string& name) const {
    return std::strtoll(text(name).c_str(), nullptr, 10);
}

std::vector<JsonObject> JsonObject::objects(const std::string& name) const {
    std::vector<JsonObject> all;
    for (std::string& one : record::elements_of(text(name)).value_or(std::vector<std::string>()))
        all.emplace_back(std::move(one));
    return all;
}

std::vector<std::string> JsonObject::texts(const std::string& name) const {
    std::vector<std::string> all;
    // An array of texts, each put under a name to be read as a member.
    for (const std::string& one :
         record::elements_of(text(name)).value_or(std::vector<std::string>()))
        all.push_back(JsonObject("{\"one\":" + one + "}").text("one"));
    return all;
}

Result<std::unique_ptr<TableClient>> TableClient::make(io::Core& core, const Place& place) {
    aws::ClientOptions options = place.options();
    FRESHET_TRY(http, io::make_http_client(core, options.endpoint));
    return std::unique_ptr<TableClient>(
        new TableClient(core, std::move(options), std::move(*http)));
}

io::Task<Result<JsonObject>> TableClient::get(std::string path,
                                              std::map<std::string, std::string> parameters) {
    io::ClientRequest request;
    request.method = "GET";
    request.target = fmt::format("/_freshet/api/{}?region={}", path, escaped(options_.region));
    for (const auto& [name, value] : parameters)
        request.target += fmt::format("&{}={}", name, escaped(value));
    auto answer = co_await send(std::move(request));
    co_return answer;
}

io::Task<Result<JsonObject>> TableClient::post(std::string path,
                                               std::map<std::string, std::string> fields) {
    io::ClientRequest request;
    request.method = "POST";
    request.target = fmt::format("/_freshet/api/{}?region={}", path, escaped(options_.region));
    std::string body;
    for (const auto& [name, value] : fields)
        body += fmt::format("{}{}:{}", body.empty() ? "{" : ",", json_text(name), json_text(value));
    request.headers.add("Content-Type", "application/json");
    request.headers.add("X-Freshet-Request", "1");
    request.body.push_back(Bytes::own(body.empty() ? "{}" : body + "}"));
    auto answer = co_await send(std::move(request));
    co_return answer;
}

io::Task<Result<JsonObject>> TableClient::send(io::ClientRequest request) {
    const std::string host = options_.endpoint.substr(options_.endpoint.find("//") + 2);
    request.headers.add("Host", host.substr(0, host.find('/')));
    aws::sign(request, options_.credentials, options_.region, "freshet", core_.now());
    auto response = co_await http_->send(std::move(request), answer_max);
    if (!response) co_return pass(response);
    JsonObject answer(std::string(response->body.view()));
    if (response->status == 200) co_return answer;
    const std::string message = answer.text("message");
    co_return fail(Errc::invalid, message.empty()
                                      ? fmt::format("{}: not a Freshet's answer (status {})",
                                                    options_.endpoint, response->status)
                                      : message);
}

}  // namespace freshet::cli
