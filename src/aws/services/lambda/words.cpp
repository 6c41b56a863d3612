#include "aws/services/lambda/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "aws/services/lambda/lambda.h"
#include "base/crypto/digest.h"
#include "functions/limits.h"

namespace freshet::aws::lambda_words {
namespace {

using functions::Errc;

bool is_account(std::string_view text) {
    return text.size() == 12 && text.find_first_not_of("0123456789") == text.npos;
}

/// "us-east-1": a dash and one digit at the end, and a dash before that.
bool is_region(std::string_view text) {
    return text.size() > 4 && text[text.size() - 2] == '-' && text.back() >= '0' &&
           text.back() <= '9' && text.find('-') < text.size() - 2;
}

std::string sha256_base64(const std::string& hex) {
    std::string raw;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        raw += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return base64_encode(raw);
}

std::string modified_text(Timestamp time) {
    const std::string text = to_iso8601(time);
    return text.substr(0, text.size() - 1) + "+0000";
}

}  // namespace

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

std::unexpected<Fault> refuse(const Error& error) {
    if (!error.is_of<Errc>()) return refuse("ServiceException", error.message());
    switch (error.as<Errc>()) {
        case Errc::not_found:
            return refuse("ResourceNotFoundException", error.message());
        case Errc::exists:
            return refuse("ResourceConflictException", error.message());
        case Errc::no_runtime:
            return refuse("InvalidRuntimeException", error.message());
        case Errc::invalid:
            return refuse("InvalidParameterValueException", error.message());
        case Errc::wrong_revision:
            return refuse("PreconditionFailedException", error.message());
        case Errc::too_large:
            return refuse("RequestTooLargeException", error.message());
        case Errc::too_many:
            return refuse("TooManyRequestsException", error.message());
    }
    return refuse("ServiceException", error.message());
}

std::string arn_of(const functions::FunctionKey& key) {
    return fmt::format("arn:aws:lambda:{}:{}:function:{}", key.region, key.account, key.name);
}

std::string FunctionRef::arn() const {
    return qualifier.empty() ? arn_of(key) : arn_of(key) + ":" + qualifier;
}

Answer<FunctionRef> ref_of(const Caller& caller, const std::string& name,
                           const std::optional<std::string>& qualifier) {
    FunctionRef ref{{caller.account(), caller.region(), ""}, ""};
    std::vector<std::string> parts;
    for (const auto part : std::views::split(name, ':'))
        parts.emplace_back(part.begin(), part.end());
    std::size_t at = 0;
    const auto left = [&] { return parts.size() - at; };
    if (left() > 3 && parts[0] == "arn") at = 3;  // arn:aws:lambda
    if (left() > 1 && is_region(parts[at])) ref.key.region = parts[at++];
    if (left() > 1 && is_account(parts[at])) ref.key.account = parts[at++];
    if (left() > 1 && parts[at] == "function") ++at;
    ref.key.name = parts[at++];
    if (left() > 0) ref.qualifier = parts[at];
    if (qualifier && !ref.qualifier.empty() && ref.qualifier != *qualifier)
        return refuse("InvalidParameterValueException",
                      "The derived qualifier from the function name does not match the specified "
                      "qualifier.");
    if (qualifier) ref.qualifier = *qualifier;
    if (ref.key.region != caller.region())
        return refuse("ResourceNotFoundException",
                      fmt::format("Functions from '{}' are not reachable in this region ('{}')",
                                  ref.key.region, caller.region()));
    if (ref.key.account != caller.account())
        return std::unexpected(Fault{
            "AccessDeniedException",
            fmt::format("The account {} has no access to {}", caller.account(), ref.arn()), 403});
    return ref;
}

bool is_there(const functions::Functions& functions, const FunctionRef& ref) {
    return (ref.qualifier.empty() || ref.qualifier == latest) &&
           functions.find(ref.key).has_value();
}

Fault not_found(std::string arn) {
    return {"ResourceNotFoundException", "Function not found: " + std::move(arn)};
}

bool is_version(const std::string& qualifier) {
    return !qualifier.empty() && qualifier.find_first_not_of("0123456789") == std::string::npos;
}

lambda::FunctionConfiguration describe(const functions::Functions& functions,
                                       const functions::Function& function,
                                       const std::string& qualifier) {
    lambda::FunctionConfiguration out;
    const functions::Settings& settings = function.settings;
    out.function_name = function.key.name;
    out.function_arn = FunctionRef{function.key, qualifier}.arn();
    out.runtime = settings.runtime;
    out.role = settings.role;
    out.handler = settings.handler;
    out.code_size = function.code_bytes;
    out.description = settings.description;
    out.timeout = settings.timeout_s;
    out.memory_size = settings.memory_mib;
    out.last_modified = modified_text(function.modified);
    out.code_sha256 = sha256_base64(function.code_sha256);
    out.version = latest;
    if (!settings.environment.empty()) {
        auto& variables = out.environment.emplace().variables.emplace();
        for (const auto& [name, value] : settings.environment) variables.emplace_back(name, value);
    }
    out.tracing_config = lambda::TracingConfigResponse{"PassThrough"};
    out.revision_id = function.revision;
    out.state = "Active";
    if (const std::string trouble = functions.runtime_trouble(function); !trouble.empty()) {
        out.state = "Failed";
        out.state_reason = trouble;
        out.state_reason_code = "InvalidRuntime";
    }
    out.last_update_status = "Successful";
    out.package_type = "Zip";
    out.architectures = std::vector<std::string>{"x86_64"};
    out.ephemeral_storage = lambda::EphemeralStorage{functions::scratch_mib};
    out.snap_start = lambda::SnapStartResponse{"None", "Off"};
    out.logging_config.emplace().log_format = "Text";
    out.logging_config->log_group = functions::log_group_of(function);
    // AWS names a build of its runtime; ours is the machine's interpreter of that name.
    out.runtime_version_config.emplace().runtime_version_arn = fmt::format(
        "arn:aws:lambda:{}::runtime:{}", function.key.region, to_hex(sha256(settings.runtime)));
    return out;
}

}  // namespace freshet::aws::lambda_words
