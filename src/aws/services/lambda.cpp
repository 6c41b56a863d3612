#include "aws/services/lambda.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/lambda.h"
#include "base/digest.h"
#include "functions/limits.h"

namespace freshet::aws {
namespace {

using namespace lambda;
namespace domain = functions;

constexpr int list_default = 50;

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

std::unexpected<Fault> refuse(const freshet::Error& error) {
    if (!error.is_of<domain::Errc>()) return refuse("ServiceException", error.message());
    switch (error.as<domain::Errc>()) {
        case domain::Errc::not_found:
            return refuse("ResourceNotFoundException", error.message());
        case domain::Errc::exists:
            return refuse("ResourceConflictException", error.message());
        case domain::Errc::invalid:
            return refuse("InvalidParameterValueException", error.message());
        case domain::Errc::wrong_revision:
            return refuse("PreconditionFailedException", error.message());
        case domain::Errc::too_large:
            return refuse("RequestTooLargeException", error.message());
        case domain::Errc::too_many:
            return refuse("TooManyRequestsException", error.message());
    }
    return refuse("ServiceException", error.message());
}

std::string arn_of(const domain::FunctionKey& key) {
    return fmt::format("arn:aws:lambda:{}:{}:function:{}", key.region, key.account, key.name);
}

/// NAME, ACCOUNT:function:NAME or a whole ARN, each with or without ":$LATEST".
domain::FunctionKey key_of(const Caller& caller, std::string name) {
    if (name.ends_with(":$LATEST")) name.resize(name.size() - 8);
    domain::FunctionKey key{caller.account(), caller.region(), name};
    const std::size_t mark = name.find("function:");
    if (mark == std::string::npos) return key;
    key.name = name.substr(mark + 9);
    if (!name.starts_with("arn:")) return key;
    std::string parts[5];  // arn, aws, lambda, region, account
    std::size_t at = 0;
    for (std::string& part : parts) {
        const std::size_t colon = name.find(':', at);
        part = name.substr(at, colon - at);
        at = colon + 1;
    }
    key.region = parts[3];
    key.account = parts[4];
    return key;
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

FunctionConfiguration describe(const domain::Function& function) {
    FunctionConfiguration out;
    const domain::Settings& settings = function.settings;
    out.function_name = function.key.name;
    out.function_arn = arn_of(function.key);
    out.runtime = settings.runtime;
    out.role = settings.role;
    out.handler = settings.handler;
    out.code_size = function.code_bytes;
    out.description = settings.description;
    out.timeout = settings.timeout_s;
    out.memory_size = settings.memory_mib;
    out.last_modified = modified_text(function.modified);
    out.code_sha256 = sha256_base64(function.code_sha256);
    out.version = "$LATEST";
    if (!settings.environment.empty()) {
        auto& variables = out.environment.emplace().variables.emplace();
        for (const auto& [name, value] : settings.environment) variables.emplace_back(name, value);
    }
    out.tracing_config = TracingConfigResponse{"PassThrough"};
    out.revision_id = function.revision;
    out.state = "Active";
    out.last_update_status = "Successful";
    out.package_type = "Zip";
    out.architectures = std::vector<std::string>{"x86_64"};
    out.ephemeral_storage = EphemeralStorage{512};
    return out;
}

/// What Freshet does not build is refused, not forgotten.
template <class Request>
Answer<void> check_unbuilt(const Request& request) {
    const auto unbuilt = [](const char* what) {
        return refuse("InvalidParameterValueException",
                      fmt::format("Freshet does not build {}", what));
    };
    if (request.layers && !request.layers->empty()) return unbuilt("Layers");
    if (request.vpc_config && request.vpc_config->subnet_ids &&
        !request.vpc_config->subnet_ids->empty())
        return unbuilt("VpcConfig");
    if (request.image_config) return unbuilt("ImageConfig");
    if (request.file_system_configs && !request.file_system_configs->empty())
        return unbuilt("FileSystemConfigs");
    if (request.dead_letter_config && request.dead_letter_config->target_arn)
        return unbuilt("DeadLetterConfig");
    return {};
}

class Handlers {
  public:
    Handlers(domain::Functions& functions, objects::Objects& objects)
        : functions_(functions), objects_(objects) {}

    io::Task<Answer<FunctionConfiguration>> create(Caller caller, CreateFunctionRequest request) {
        if (auto good = check_unbuilt(request); !good)
            co_return std::unexpected(std::move(good.error()));
        if (request.package_type.value_or("Zip") != "Zip" || request.code.image_uri)
            co_return refuse("InvalidParameterValueException",
                             "Freshet does not build container images; Zip is built");
        if (request.publish.value_or(false))
            co_return refuse("InvalidParameterValueException",
                             "Freshet does not build versions (Publish)");
        for (const std::string& architecture :
             request.architectures.value_or(std::vector<std::string>())) {
            if (architecture != "x86_64")
                co_return refuse(
                    "InvalidParameterValueException",
                    fmt::format("Freshet runs functions on x86_64, not {}", architecture));
        }
        auto zip =
            co_await code_of(request.code.zip_file, request.code.s3_bucket, request.code.s3_key);
        if (!zip) co_return std::unexpected(std::move(zip.error()));
        domain::Settings settings;
        settings.runtime = request.runtime.value_or("");
        settings.handler = request.handler.value_or("");
        settings.role = request.role;
        settings.description = request.description.value_or("");
        settings.timeout_s = request.timeout.value_or(3);
        settings.memory_mib = request.memory_size.value_or(128);
        settings.environment = environment_of(request.environment);
        std::map<std::string, std::string> tags;
        if (request.tags) tags.insert(request.tags->begin(), request.tags->end());
        auto created =
            co_await functions_.create(key_of(caller, request.function_name), std::move(settings),
                                       std::move(*zip), std::move(tags));
        if (!created) co_return refuse(created.error());
        co_return describe(*created);
    }

    io::Task<Answer<GetFunctionResponse>> get(Caller caller, GetFunctionRequest request) {
        auto found = functions_.find(key_of(caller, request.function_name));
        if (!found) co_return refuse(found.error());
        GetFunctionResponse out;
        out.configuration = describe(*found);
        out.code.emplace().repository_type = "S3";
        if (!found->tags.empty()) out.tags.emplace(found->tags.begin(), found->tags.end());
        co_return out;
    }

    io::Task<Answer<FunctionConfiguration>> get_configuration(
        Caller caller, GetFunctionConfigurationRequest request) {
        auto found = functions_.find(key_of(caller, request.function_name));
        if (!found) co_return refuse(found.error());
        co_return describe(*found);
    }

    io::Task<Answer<ListFunctionsResponse>> list(Caller caller, ListFunctionsRequest request) {
        ListFunctionsResponse out;
        auto& found = out.functions.emplace();
        const auto limit = static_cast<std::size_t>(request.max_items.value_or(list_default));
        for (const domain::Function& function :
             functions_.list(caller.account(), caller.region())) {
            if (request.marker && function.key.name <= *request.marker) continue;
            if (found.size() == limit) {
                out.next_marker = found.back().function_name;
                break;
            }
            found.push_back(describe(function));
        }
        co_return out;
    }

    io::Task<Answer<FunctionConfiguration>> update_code(Caller caller,
                                                        UpdateFunctionCodeRequest request) {
        if (request.image_uri || request.publish.value_or(false))
            co_return refuse("InvalidParameterValueException",
                             "Freshet does not build container images and versions (Publish)");
        auto zip = co_await code_of(request.zip_file, request.s3_bucket, request.s3_key);
        if (!zip) co_return std::unexpected(std::move(zip.error()));
        const domain::FunctionKey key = key_of(caller, request.function_name);
        if (request.dry_run.value_or(false)) {
            auto found = functions_.find(key);
            if (!found) co_return refuse(found.error());
            co_return describe(*found);
        }
        auto updated =
            co_await functions_.update_code(key, std::move(*zip), request.revision_id.value_or(""));
        if (!updated) co_return refuse(updated.error());
        co_return describe(*updated);
    }

    io::Task<Answer<FunctionConfiguration>> update_configuration(
        Caller caller, UpdateFunctionConfigurationRequest request) {
        if (auto good = check_unbuilt(request); !good)
            co_return std::unexpected(std::move(good.error()));
        domain::SettingsChange change{request.runtime,     request.handler, request.role,
                                      request.description, request.timeout, request.memory_size,
                                      std::nullopt};
        if (request.environment) change.environment = environment_of(request.environment);
        auto updated = co_await functions_.update_settings(key_of(caller, request.function_name),
                                                           std::move(change),
                                                           request.revision_id.value_or(""));
        if (!updated) co_return refuse(updated.error());
        co_return describe(*updated);
    }

    io::Task<Answer<DeleteFunctionResponse>> remove(Caller caller, DeleteFunctionRequest request) {
        auto removed = co_await functions_.remove(key_of(caller, request.function_name));
        if (!removed) co_return refuse(removed.error());
        co_return DeleteFunctionResponse{204};
    }

    io::Task<Answer<InvocationResponse>> invoke(Caller caller, InvocationRequest request) {
        const domain::FunctionKey key = key_of(caller, request.function_name);
        const std::string type = request.invocation_type.value_or("RequestResponse");
        if (request.qualifier && *request.qualifier != "$LATEST")
            co_return refuse(
                "ResourceNotFoundException",
                fmt::format("Function not found: {}:{}", arn_of(key), *request.qualifier));
        InvocationResponse out;
        Bytes payload = request.payload.value_or(Bytes());
        if (type == "DryRun") {
            auto found = functions_.find(key);
            if (!found) co_return refuse(found.error());
            out.status_code = 204;
            co_return out;
        }
        if (type == "Event") {
            auto taken = co_await functions_.invoke_later(key, std::move(payload));
            if (!taken) co_return refuse(taken.error());
            out.status_code = 202;
            co_return out;
        }
        std::string context;
        if (request.client_context) (void)base64_decode(*request.client_context, context);
        auto result = co_await functions_.invoke(key, std::move(payload), std::move(context));
        if (!result) co_return refuse(result.error());
        out.status_code = 200;
        out.executed_version = "$LATEST";
        out.payload = std::move(result->payload);
        if (!result->function_error.empty()) out.function_error = result->function_error;
        if (request.log_type == "Tail") out.log_result = base64_encode(result->log_tail);
        co_return out;
    }

    io::Task<Answer<AddPermissionResponse>> add_permission(Caller caller,
                                                           AddPermissionRequest request) {
        const domain::FunctionKey key = key_of(caller, request.function_name);
        std::string condition;
        if (request.source_arn)
            condition += fmt::format(R"("ArnLike":{{"AWS:SourceArn":"{}"}})", *request.source_arn);
        if (request.source_account)
            condition += fmt::format(R"({}"StringEquals":{{"AWS:SourceAccount":"{}"}})",
                                     condition.empty() ? "" : ",", *request.source_account);
        const bool is_service = request.principal.find(".amazonaws.com") != std::string::npos;
        const std::string principal =
            request.principal == "*"
                ? R"("*")"
                : fmt::format(R"({{"{}":"{}"}})", is_service ? "Service" : "AWS",
                              is_service ? request.principal
                                         : fmt::format("arn:aws:iam::{}:root", request.principal));
        const std::string statement = fmt::format(
            R"({{"Sid":"{}","Effect":"Allow","Principal":{},"Action":"{}","Resource":"{}"{}}})",
            request.statement_id, principal, request.action, arn_of(key),
            condition.empty() ? "" : fmt::format(R"(,"Condition":{{{}}})", condition));
        auto added = co_await functions_.add_statement(key, request.statement_id, statement);
        if (!added) co_return refuse(added.error());
        co_return AddPermissionResponse{statement};
    }

    io::Task<Answer<RemovePermissionOp::Output>> remove_permission(
        Caller caller, RemovePermissionRequest request) {
        auto removed = co_await functions_.remove_statement(key_of(caller, request.function_name),
                                                            request.statement_id);
        if (!removed) co_return refuse(removed.error());
        co_return RemovePermissionOp::Output();
    }

    io::Task<Answer<GetPolicyResponse>> policy(Caller caller, GetPolicyRequest request) {
        auto found = functions_.find(key_of(caller, request.function_name));
        if (!found) co_return refuse(found.error());
        if (found->statements.empty())
            co_return refuse("ResourceNotFoundException",
                             "The resource you requested does not exist.");
        std::string statements;
        for (const auto& [id, statement] : found->statements)
            statements += (statements.empty() ? "" : ",") + statement;
        GetPolicyResponse out;
        out.policy = fmt::format(R"({{"Version":"2012-10-17","Id":"default","Statement":[{}]}})",
                                 statements);
        out.revision_id = found->revision;
        co_return out;
    }

  private:
    static std::map<std::string, std::string> environment_of(
        const std::optional<Environment>& given) {
        std::map<std::string, std::string> variables;
        if (given && given->variables)
            variables.insert(given->variables->begin(), given->variables->end());
        return variables;
    }

    io::Task<Answer<Bytes>> code_of(std::optional<Bytes> zip, std::optional<std::string> bucket,
                                    std::optional<std::string> key) {
        if (zip) co_return std::move(*zip);
        if (!bucket || !key)
            co_return refuse("InvalidParameterValueException",
                             "Please provide a source for function code.");
        auto object = co_await objects_.find(*bucket, *key);
        if (!object)
            co_return refuse(
                "InvalidParameterValueException",
                fmt::format("Error occurred while GetObject. {}", object.error().message()));
        if (object->size > domain::archive_bytes_max)
            co_return refuse("InvalidParameterValueException",
                             "The code is larger than Freshet takes");
        auto body = objects_.read(*object, 0, object->size);
        std::string all;
        while (all.size() < object->size) {
            auto piece = co_await body->read();
            if (!piece) co_return refuse("ServiceException", piece.error().message());
            if (piece->empty()) break;
            all.append(piece->view());
        }
        co_return Bytes::own(std::move(all));
    }

    domain::Functions& functions_;
    objects::Objects& objects_;
};

}  // namespace

void register_lambda(Router& router, domain::Functions& functions, objects::Objects& objects) {
    auto h = std::make_shared<Handlers>(functions, objects);
    io::Core& home = functions.home();
    router.handle<CreateFunctionOp>(home, [h](Caller c, CreateFunctionRequest i) {
        return h->create(std::move(c), std::move(i));
    });
    router.handle<GetFunctionOp>(
        home, [h](Caller c, GetFunctionRequest i) { return h->get(std::move(c), std::move(i)); });
    router.handle<GetFunctionConfigurationOp>(
        home, [h](Caller c, GetFunctionConfigurationRequest i) {
            return h->get_configuration(std::move(c), std::move(i));
        });
    router.handle<ListFunctionsOp>(home, [h](Caller c, ListFunctionsRequest i) {
        return h->list(std::move(c), std::move(i));
    });
    router.handle<UpdateFunctionCodeOp>(home, [h](Caller c, UpdateFunctionCodeRequest i) {
        return h->update_code(std::move(c), std::move(i));
    });
    router.handle<UpdateFunctionConfigurationOp>(
        home, [h](Caller c, UpdateFunctionConfigurationRequest i) {
            return h->update_configuration(std::move(c), std::move(i));
        });
    router.handle<DeleteFunctionOp>(home, [h](Caller c, DeleteFunctionRequest i) {
        return h->remove(std::move(c), std::move(i));
    });
    router.handle<InvokeOp>(
        home, [h](Caller c, InvocationRequest i) { return h->invoke(std::move(c), std::move(i)); });
    router.handle<AddPermissionOp>(home, [h](Caller c, AddPermissionRequest i) {
        return h->add_permission(std::move(c), std::move(i));
    });
    router.handle<RemovePermissionOp>(home, [h](Caller c, RemovePermissionRequest i) {
        return h->remove_permission(std::move(c), std::move(i));
    });
    router.handle<GetPolicyOp>(
        home, [h](Caller c, GetPolicyRequest i) { return h->policy(std::move(c), std::move(i)); });
}

}  // namespace freshet::aws
