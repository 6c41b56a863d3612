#include "aws/client.h"

#include <fmt/format.h>

#include <cstdlib>

#include "aws/protocol/json/json.h"

namespace freshet::aws {
namespace {

std::string variable(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value && *value ? value : otherwise;
}

}  // namespace

ClientOptions client_options(const std::string& endpoint) {
    ClientOptions options;
    options.endpoint =
        endpoint.empty() ? variable("AWS_ENDPOINT_URL", "http://127.0.0.1:4566") : endpoint;
    options.region = variable("AWS_REGION", variable("AWS_DEFAULT_REGION", "us-east-1").c_str());
    options.credentials = {variable("AWS_ACCESS_KEY_ID", "freshet"),
                           variable("AWS_SECRET_ACCESS_KEY", "freshet"),
                           variable("AWS_SESSION_TOKEN", "")};
    return options;
}

Result<std::unique_ptr<Client>> Client::make(io::Core& core, ClientOptions options) {
    auto http = io::make_http_client(core, options.endpoint);
    if (!http) return pass(http);
    return std::unique_ptr<Client>(new Client(core, std::move(options), std::move(*http)));
}

io::Task<Answer<void>> Client::exchange(const OperationInfo& operation, const void* input,
                                        void* output) {
    io::ClientRequest request;
    const std::string_view url = options_.endpoint;
    const auto host = url.substr(url.find("//") + 2);
    request.headers.add("Host", host.substr(0, host.find('/')));
    request.headers.add("Content-Type",
                        fmt::format("application/x-amz-json-{}", operation.service->json_version));
    request.headers.add("X-Amz-Target",
                        fmt::format("{}.{}", operation.service->target_prefix, operation.name));
    request.body.push_back(Bytes::own(encode_json(*operation.input, input)));
    sign(request, options_.credentials, options_.region, operation.service->signing_name,
         core_.now());
    auto response = co_await http_->send(std::move(request), options_.timeout);
    if (!response)
        co_return std::unexpected(Fault{"ConnectionFailed", response.error().message(), 0});
    if (response->status != 200)
        co_return std::unexpected(decode_json_fault(response->body.view(), response->status));
    Violations ignored;  // an answer is taken as it comes
    auto decoded = decode_json(*operation.output, response->body.view(), output, ignored);
    co_return decoded;
}

}  // namespace freshet::aws
