#include "aws/services/kinesis/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "aws/limits.h"
#include "aws/model/kinesis.h"
#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/json/json.h"
#include "base/crypto/digest.h"

namespace freshet::aws::kinesis_words {
namespace {

constexpr const char* amz_json = "application/x-amz-json-1.1";
constexpr const char* amz_cbor = "application/x-amz-cbor-1.1";
constexpr const char* plain_json = "application/json";

/// " application/json ; charset=utf-8" without its parameters.
std::string_view media_type(const io::Headers& headers) {
    std::string_view type = headers.get("content-type");
    type = type.substr(0, type.find(';'));
    const auto first = type.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return type.substr(first, type.find_last_not_of(" \t") - first + 1);
}

struct Asked {
    bool has_both = false;  ///< "A.B", neither part empty
    bool is_known = false;  ///< an operation of Kinesis
};

Asked asked_of(const io::Headers& headers) {
    const std::string_view target = headers.get("x-amz-target");
    const auto dot = target.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == target.size()) return {};
    const ServiceInfo& service = kinesis::service_info();
    const std::string_view name = target.substr(dot + 1);
    const bool is_known = target.substr(0, dot) == service.target_prefix &&
                          std::ranges::any_of(service.operations, [&](const OperationName& one) {
                              return name == one.name;
                          });
    return {true, is_known};
}

io::HttpResponse written(int status, std::string body, const char* type) {
    io::HttpResponse response;
    response.status = status;
    if (type) response.headers.add("Content-Type", type);
    response.body.push_back(Bytes::own(std::move(body)));
    return response;
}

io::HttpResponse bare(const char* code, bool as_json) {
    const Fault fault{code, "", 400};
    return as_json ? written(400, encode_json_fault(fault), amz_json)
                   : written(400, encode_cbor_fault(fault), amz_cbor);
}

/// The body did not come, or may not.
io::HttpResponse failed(const Fault& fault, bool as_cbor) {
    auto response = as_cbor ? written(fault.status, encode_cbor_fault(fault), amz_cbor)
                            : written(fault.status, encode_json_fault(fault), amz_json);
    response.headers.add("x-amzn-ErrorType", fault.code);
    if (fault.status == 503)
        response.headers.add("Retry-After", std::to_string(limits::retry_after_s));
    return response;
}

io::HttpResponse no_operation() {
    return written(403,
                   "<AccessDeniedException>\n  <Message>Unable to determine service/operation name "
                   "to be authorized</Message>\n"
                   "</AccessDeniedException>\n",
                   nullptr);
}

/// A content type that Kinesis once took: it still answers in that form, and does nothing.
io::HttpResponse outdated(int status, const char* code) {
    return written(
        status,
        fmt::format(R"({{"Output":{{"__type":"com.amazon.coral.service#{}"}},"Version":"1.0"}})",
                    code),
        plain_json);
}

const std::string* value_of(const Pairs& query, std::string_view name) {
    for (const auto& [key, value] : query) {
        if (key == name) return &value;
    }
    return nullptr;
}

constexpr std::string_view header_parameters[] = {"Credential", "Signature", "SignedHeaders"};

/// Whether the header has it as "name=value", between spaces or commas, after the algorithm.
bool has_parameter(std::string_view header, std::string_view name) {
    const auto is_between = [](char c) { return c == ',' || c == ' '; };
    for (auto at = header.find(name); at != std::string_view::npos;
         at = header.find(name, at + 1)) {
        const std::size_t value = at + name.size() + 1;
        if (at > 0 && is_between(header[at - 1]) && value < header.size() &&
            header[value - 1] == '=' && !is_between(header[value]))
            return true;
    }
    return false;
}

}  // namespace

bool KinesisGate::is_asked(const io::Headers& headers, const CredentialScope& scope) {
    const ServiceInfo& service = kinesis::service_info();
    if (const auto target = headers.find("x-amz-target");
        target && target->starts_with(service.target_prefix))
        return true;
    return scope.service == service.signing_name || headers.get("host").starts_with("kinesis.");
}

io::Task<std::optional<io::HttpResponse>> KinesisGate::refuse(io::HttpRequest& request,
                                                              BodyBudget::Share& share) const {
    if (request.method != "POST") co_return no_operation();
    if (request.content_length.value_or(0) > limits::kinesis_body_bytes_max)
        co_return std::nullopt;  // the Front's to refuse, unread
    const std::string_view type = media_type(request.headers);
    const Asked asked = asked_of(request.headers);
    const bool is_outdated = type == plain_json;
    bool is_json = true;
    if (!request.content_length || is_outdated) {
        auto body = co_await read_held(*request.body, limits::kinesis_body_bytes_max, share);
        if (!body) co_return failed(body.error(), type == amz_cbor);
        share.restart();
        request.content_length = body->size();
        if (is_outdated) is_json = is_json_object(body->view());
        std::vector<Bytes> pieces;
        pieces.push_back(std::move(*body));
        request.body = io::make_body(std::move(pieces));
    }
    if (*request.content_length == 0)
        co_return bare(asked.is_known ? "SerializationException" : "UnknownOperationException",
                       type == amz_json);
    if (is_outdated)
        co_return is_json ? outdated(404, "UnknownOperationException")
                          : outdated(400, "SerializationException");
    if (type == amz_json || type == amz_cbor) co_return std::nullopt;
    if (!asked.has_both) co_return no_operation();
    co_return written(404, "<UnknownOperationException/>\n", nullptr);
}

std::optional<Fault> KinesisGate::signature_fault(const io::Headers& headers,
                                                  const Pairs& query) const {
    const auto header = headers.find("authorization");
    const bool is_in_query = value_of(query, "X-Amz-Algorithm") != nullptr;
    if (header && is_in_query) {
        return Fault{"InvalidSignatureException",
                     "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                     "HTTP header.",
                     400};
    }
    if (!header && !is_in_query) {
        if (!demands_signatures_) return std::nullopt;
        return Fault{"MissingAuthenticationTokenException", "Missing Authentication Token", 400};
    }
    std::string lacks;
    if (header) {
        for (const std::string_view name : header_parameters) {
            if (!has_parameter(*header, name))
                lacks += fmt::format("Authorization header requires '{}' parameter. ", name);
        }
        if (!headers.find("x-amz-date") && !headers.find("date")) {
            lacks +=
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                "header. ";
        }
        if (!lacks.empty()) lacks.append("Authorization=").append(*header);
    } else {
        for (const char* name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature",
                                 "X-Amz-SignedHeaders", "X-Amz-Date"}) {
            const std::string* value = value_of(query, name);
            if (!value || value->empty())
                lacks += fmt::format("AWS query-string parameters must include '{}'. ", name);
        }
        if (!lacks.empty()) lacks += "Re-examine the query-string parameters.";
    }
    if (lacks.empty()) return std::nullopt;
    return Fault{"IncompleteSignatureException", std::move(lacks), 400};
}

void demand_beyond_model(const Shape& input, const void* value, Violations& violations) {
    constexpr std::int32_t shard_count_max = 100'000;
    const Member* name = nullptr;
    bool has_arn = false, is_named = false, has_token = false;
    for (const Member& member : input.members) {
        const std::string_view called = member.name;
        const void* given = member.in(value);
        const Path path{nullptr, member.name, 0, nullptr};
        if (called == "NextToken") has_token = true;  // carries the stream
        if (called == "StreamName") name = &member;
        if (called == "StreamARN") has_arn = true;
        if (called == "StreamName" || called == "StreamARN") is_named = is_named || given;
        if (!given || member.shape->kind != Kind::integer) continue;
        const auto number = *static_cast<const std::int32_t*>(given);
        if (called == "RetentionPeriodHours" && number < 1)
            violations.add(path, std::to_string(number),
                           "Member must have value greater than or equal to 1");
        if (called == "ShardCount" && number > shard_count_max)
            violations.add(
                path, std::to_string(number),
                fmt::format("Member must have value less than or equal to {}", shard_count_max));
    }
    if (name && has_arn && !is_named && !has_token)
        violations.add_missing(Path{nullptr, name->name, 0, nullptr});
}

std::string second_request_id() {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    std::array<std::uint64_t, 9> numbers{};
    for (auto& number : numbers) number = random();
    return base64_encode(
        std::string_view(reinterpret_cast<const char*>(numbers.data()), sizeof numbers));
}

}  // namespace freshet::aws::kinesis_words
