#include "delivery/http/endpoint.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <random>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/text/json_text.h"
#include "delivery/codecs/encoder.h"
#include "delivery/errors.h"
#include "delivery/limits.h"
#include "io/http/url.h"

namespace freshet::delivery {
namespace {

EndpointProblem invalid_answer(std::string_view why) {
    return {{"HttpEndpoint.InvalidResponseFromDestination",
             fmt::format("The response of the HTTP endpoint is not valid: {}", why)},
            false};
}

/// {"commonAttributes":{...}}
std::string attributes_text(const HttpEndpoint& endpoint) {
    std::string text = R"({"commonAttributes":{)";
    for (const auto& [name, value] : endpoint.attributes)
        text += fmt::format("{}{}:{}", text.ends_with('{') ? "" : ",", json_text(name),
                            json_text(value));
    return text + "}}";
}

std::string body_of(const std::string& id, Timestamp now, std::span<const Item> items) {
    std::string body =
        fmt::format(R"({{"requestId":"{}","timestamp":{},"records":[)", id, to_epoch_ms(now));
    for (const Item& item : items) {
        if (!body.ends_with('[')) body += ',';
        body += R"({"data":")" + base64_encode(item.data.view()) + "\"}";
    }
    return body + "]}";
}

std::string gzipped(const std::string& text) {
    const auto encoder = make_encoder(Compression::gzip, {});
    std::string out;
    const auto done = encoder->add(text, out) && encoder->finish(out);
    FRESHET_CHECK(done);  // zlib has no other error than one of memory
    return out;
}

}  // namespace

Result<Address> address_of(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t path =
        scheme == std::string::npos ? scheme : url.find_first_of("/?", scheme + 3);
    Address address{url.substr(0, path), path == std::string::npos ? "/" : url.substr(path)};
    if (address.target.starts_with('?')) address.target.insert(0, "/");
    if (!io::check_url(address.origin))
        return fail(Errc::invalid_argument, fmt::format("The Url {} is not valid", url));
    return address;
}

io::ClientRequest endpoint_request(const HttpEndpoint& endpoint, const Address& address,
                                   const std::string& id, const std::string& source_arn,
                                   Timestamp now, std::span<const Item> items) {
    io::ClientRequest request;
    request.target = address.target;
    request.headers.add("Content-Type", "application/json");
    request.headers.add("X-Amz-Firehose-Protocol-Version", "1.0");
    request.headers.add("X-Amz-Firehose-Request-Id", id);
    request.headers.add("X-Amz-Firehose-Source-Arn", source_arn);
    if (!endpoint.access_key.empty())
        request.headers.add("X-Amz-Firehose-Access-Key", endpoint.access_key);
    if (!endpoint.attributes.empty())
        request.headers.add("X-Amz-Firehose-Common-Attributes", attributes_text(endpoint));
    std::string body = body_of(id, now, items);
    if (endpoint.is_gzipped) {
        request.headers.add("Content-Encoding", "gzip");
        body = gzipped(body);
    }
    request.body.push_back(Bytes::own(std::move(body)));
    return request;
}

std::optional<EndpointProblem> judge(const Result<io::ClientResponse>& response,
                                     const std::string& id) {
    if (!response) {
        if (response.error().is(freshet::Errc::timed_out))
            return EndpointProblem{
                {"HttpEndpoint.RequestTimeout", "The HTTP endpoint did not answer in time."},
                false};
        return EndpointProblem{
            {"HttpEndpoint.ConnectionFailed",
             fmt::format("The HTTP endpoint could not be reached: {}", response.error().message())},
            false};
    }
    constexpr int too_large = 413;
    if (response->status != 200)
        return EndpointProblem{
            {"HttpEndpoint.DestinationException",
             fmt::format("The HTTP endpoint answered with status {}.", response->status)},
            response->status == too_large};
    if (response->body.size() > limits::endpoint_answer_bytes_max)
        return EndpointProblem{{"HttpEndpoint.ResponseTooLarge",
                                "The response of the HTTP endpoint is larger than 1 MiB."},
                               false};
    if (!response->headers.get("content-type").starts_with("application/json"))
        return invalid_answer("its Content-Type is not application/json");
    if (!response->headers.find("content-length"))
        return invalid_answer("it has no Content-Length");
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view answered;
    double timestamp = 0;
    if (parser.parse(response->body.data(), response->body.size()).get(root) != simdjson::SUCCESS)
        return invalid_answer("it is not JSON");
    if (root["requestId"].get_string().get(answered) != simdjson::SUCCESS || answered != id)
        return invalid_answer("its requestId is not that of the request");
    if (root["timestamp"].get_double().get(timestamp) != simdjson::SUCCESS)
        return invalid_answer("its timestamp is not a number");
    return std::nullopt;
}

Millis endpoint_delay(int attempts, std::uint64_t seed) {
    constexpr int doublings_max = 7;
    const Millis plain = std::min<Millis>(limits::endpoint_delay_max,
                                          1000ms * (1 << std::min(attempts - 1, doublings_max)));
    std::mt19937_64 random(seed + static_cast<std::uint64_t>(attempts));
    constexpr std::uint64_t share_max = 300;  // of a thousand: 15 % less to 15 % more
    const auto share = static_cast<std::int64_t>(850 + random() % (share_max + 1));
    return plain * share / 1000;
}

void append_endpoint_failed(const Item& item, const FailedLine& line, const std::string& data_id,
                            std::string& out) {
    out += fmt::format(R"({{"attemptsMade":{},"arrivalTimestamp":{},"errorCode":{},)",
                       line.attempts, to_epoch_ms(item.arrival), json_text(line.problem.code));
    out += fmt::format(
        R"("errorMessage":{},"attemptEndingTimestamp":{},"rawData":"{}","subsequenceNumber":"{}",)",
        json_text(line.problem.message), to_epoch_ms(line.ended), base64_encode(item.data.view()),
        item.origin.sub);
    out += fmt::format("\"dataId\":\"{}\"}}\n", data_id);
}

}  // namespace freshet::delivery
