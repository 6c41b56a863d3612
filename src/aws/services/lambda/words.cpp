#include "aws/services/lambda/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/services/lambda/lambda.h"
#include "base/crypto/digest.h"
#include "functions/limits.h"

namespace freshet::aws::lambda_words {
namespace {

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
    out.runtime_version_config.emplace().runtime_version_arn =
        runtime_arn(function.key.home.region, settings.runtime);
    return out;
}

}  // namespace freshet::aws::lambda_words
