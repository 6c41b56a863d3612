// Functions: made, described, listed, changed and removed.
#include <fmt/format.h>

#include <algorithm>

#include "aws/protocol/page_token.h"
#include "aws/services/lambda/code_links.h"
#include "aws/services/lambda/words.h"
#include "functions/limits.h"

namespace freshet::aws::lambda_words {
namespace {

using namespace lambda;
namespace domain = functions;

constexpr int list_max = 50;  ///< as AWS, whatever MaxItems says

class Handlers {
  public:
    Handlers(domain::Functions& functions, objects::Objects& objects, const CodeLinks& links)
        : functions_(functions), objects_(objects), links_(links) {}

    io::Task<Answer<FunctionConfiguration>> create(Caller caller, CreateFunctionRequest request) {
        auto key = latest_of(caller, request.function_name);
        if (!key) co_return pass(key);
        if (key->name.size() > domain::name_bytes_max)
            co_return refuse("InvalidParameterValueException",
                             fmt::format("1 validation error detected: Value '{}' at "
                                         "'functionName' failed to satisfy constraint: Member must "
                                         "have length less than or equal to {}",
                                         key->name, domain::name_bytes_max));
        if (auto good = check_timeout(request.timeout); !good) co_return pass(good);
        auto zip =
            co_await code_of(request.code.zip_file, request.code.s3_bucket, request.code.s3_key);
        if (!zip) co_return pass(zip);
        domain::Settings settings;
        settings.runtime = request.runtime.value_or("");
        settings.handler = request.handler.value_or("");
        settings.role = request.role;
        settings.description = request.description.value_or("");
        settings.timeout_s = request.timeout.value_or(3);
        settings.memory_mib = request.memory_size.value_or(128);
        settings.environment = environment_of(request.environment);
        if (request.logging_config)
            settings.log_group = request.logging_config->log_group.value_or("");
        std::map<std::string, std::string> tags;
        if (request.tags) tags.insert(request.tags->begin(), request.tags->end());
        auto created = co_await functions_.create(std::move(*key), std::move(settings),
                                                  std::move(*zip), std::move(tags));
        if (!created) co_return refuse(created.error());
        co_return describe(functions_, *created);
    }

    io::Task<Answer<GetFunctionResponse>> get(Caller caller, GetFunctionRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        if (!is_there(functions_, *ref)) co_return std::unexpected(not_found(ref->arn()));
        const domain::Function found = *functions_.find(ref->key);
        GetFunctionResponse out;
        out.configuration = describe(functions_, found, ref->qualifier);
        auto& code = out.code.emplace();
        code.repository_type = "S3";
        code.location = links_.link(found, caller.host());
        if (!found.tags.empty()) out.tags.emplace(found.tags.begin(), found.tags.end());
        co_return out;
    }

    io::Task<Answer<FunctionConfiguration>> get_configuration(
        Caller caller, GetFunctionConfigurationRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        if (!is_there(functions_, *ref)) co_return std::unexpected(not_found(ref->arn()));
        co_return describe(functions_, *functions_.find(ref->key), ref->qualifier);
    }

    io::Task<Answer<ListFunctionsResponse>> list(Caller caller, ListFunctionsRequest request) {
        auto all = functions_.list(caller.home());
        const int most = std::min(request.max_items.value_or(list_max), list_max);
        auto next = cut_page(all, request.marker, static_cast<std::size_t>(most),
                             [](const domain::Function& function) -> const std::string& {
                                 return function.key.name;
                             });
        if (!next)
            co_return refuse("InvalidParameterValueException",
                             fmt::format("Invalid Marker: {}", *request.marker));
        ListFunctionsResponse out;
        out.next_marker = std::move(*next);
        auto& found = out.functions.emplace();
        for (const domain::Function& function : all)
            found.push_back(describe(functions_, function, request.function_version ? latest : ""));
        co_return out;
    }

    io::Task<Answer<FunctionConfiguration>> update_code(Caller caller,
                                                        UpdateFunctionCodeRequest request) {
        auto key = latest_of(caller, request.function_name);
        if (!key) co_return pass(key);
        auto zip = co_await code_of(request.zip_file, request.s3_bucket, request.s3_key);
        if (!zip) co_return pass(zip);
        if (request.dry_run.value_or(false)) {
            auto found = functions_.find(*key);
            if (!found) co_return refuse(found.error());
            if (request.revision_id && *request.revision_id != found->revision)
                co_return refuse(domain::stale("GetFunction/GetAlias").error());
            co_return describe(functions_, *found);
        }
        auto updated = co_await functions_.update_code(std::move(*key), std::move(*zip),
                                                       request.revision_id.value_or(""));
        if (!updated) co_return refuse(updated.error());
        co_return describe(functions_, *updated);
    }

    io::Task<Answer<FunctionConfiguration>> update_configuration(
        Caller caller, UpdateFunctionConfigurationRequest request) {
        auto key = latest_of(caller, request.function_name);
        if (!key) co_return pass(key);
        if (auto good = check_timeout(request.timeout); !good) co_return pass(good);
        domain::SettingsChange change{request.runtime,     request.handler, request.role,
                                      request.description, request.timeout, request.memory_size,
                                      std::nullopt,        std::nullopt};
        if (request.environment) change.environment = environment_of(request.environment);
        if (request.logging_config) change.log_group = request.logging_config->log_group;
        auto updated = co_await functions_.update_settings(std::move(*key), std::move(change),
                                                           request.revision_id.value_or(""));
        if (!updated) co_return refuse(updated.error());
        co_return describe(functions_, *updated);
    }

    io::Task<Answer<DeleteFunctionResponse>> remove(Caller caller, DeleteFunctionRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        if (ref->qualifier == latest)
            co_return refuse("InvalidParameterValueException",
                             "$LATEST version cannot be deleted without deleting the function.");
        const bool may_be_alias = ref->qualifier.find('$') == std::string::npos;
        if (!ref->qualifier.empty() && !is_version(ref->qualifier) && may_be_alias)
            co_return refuse("InvalidParameterValueException",
                             "Deletion of aliases is not currently supported.");
        if (!functions_.find(ref->key) || !may_be_alias)
            co_return std::unexpected(not_found(arn_of(ref->key)));
        // No version is ever there: what is absent stays absent, as AWS answers.
        if (!ref->qualifier.empty()) co_return DeleteFunctionResponse{204};
        auto removed = co_await functions_.remove(ref->key);
        if (!removed) co_return refuse(removed.error());
        co_return DeleteFunctionResponse{204};
    }

  private:
    /// Of operations that change what only $LATEST has.
    static Answer<domain::FunctionKey> latest_of(const Caller& caller, const std::string& name) {
        auto ref = ref_of(caller, name);
        if (!ref) return pass(ref);
        if (!ref->qualifier.empty() && ref->qualifier != latest)
            return refuse("InvalidParameterValueException",
                          fmt::format("Freshet does not build versions and aliases of functions, "
                                      "such as {} in {}",
                                      ref->qualifier, name));
        return std::move(ref->key);
    }

    static Answer<void> check_timeout(const std::optional<std::int32_t>& seconds) {
        if (seconds.value_or(0) <= domain::timeout_s_max) return {};
        return refuse("InvalidParameterValueException",
                      fmt::format("1 validation error detected: Value '{}' at 'timeout' failed to "
                                  "satisfy constraint: Member must have value less than or equal "
                                  "to {}",
                                  *seconds, domain::timeout_s_max));
    }

    static std::map<std::string, std::string> environment_of(
        const std::optional<Environment>& given) {
        std::map<std::string, std::string> variables;
        if (given && given->variables)
            variables.insert(given->variables->begin(), given->variables->end());
        return variables;
    }

    io::Task<Answer<Bytes>> code_of(std::optional<Bytes> zip, std::optional<std::string> bucket,
                                    std::optional<std::string> key) {
        if (zip && (bucket || key))
            co_return refuse("InvalidParameterValueException",
                             "Please do not provide other FunctionCode parameters when providing a "
                             "ZipFile.");
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
    const CodeLinks& links_;
};

}  // namespace

void register_functions(Router& router, functions::Functions& functions, objects::Objects& objects,
                        const CodeLinks& links) {
    auto h = std::make_shared<Handlers>(functions, objects, links);
    io::Core& home = functions.home();
    on<CreateFunctionOp>(router, home, h, &Handlers::create);
    on<GetFunctionOp>(router, home, h, &Handlers::get);
    on<GetFunctionConfigurationOp>(router, home, h, &Handlers::get_configuration);
    on<ListFunctionsOp>(router, home, h, &Handlers::list);
    on<UpdateFunctionCodeOp>(router, home, h, &Handlers::update_code);
    on<UpdateFunctionConfigurationOp>(router, home, h, &Handlers::update_configuration);
    on<DeleteFunctionOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws::lambda_words
