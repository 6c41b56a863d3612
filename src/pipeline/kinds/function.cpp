// Functions. Their code comes as one zip beside the file, and compares by its SHA-256.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/lambda.h"
#include "base/crypto/digest.h"
#include "functions/limits.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::lambda;

const std::string variable_mark = "environment:";

std::string sha256_base64(std::string_view data) {
    const Sha256 digest = sha256(data);
    return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

class FunctionResource final : public Resource {
  public:
    FunctionResource(std::string name, Section& section, const Surroundings& surroundings)
        : name_(std::move(name)) {
        runtime_ = section.text("runtime", "python3");
        if (runtime_ == "python3" && !surroundings.newest_runtime.empty())
            runtime_ = surroundings.newest_runtime;
        handler_ = section.text("handler");
        role_ = surroundings.role_arn(section.text("role"));
        description_ = section.text("description", "");
        timeout_ = section.number("timeout_s", 3);
        memory_ = section.number("memory_mib", 128);
        if (timeout_ < 1 || timeout_ > functions::timeout_s_max)
            section.wrong("timeout_s", fmt::format("'timeout_s' is from 1 to {}, not {}",
                                                   functions::timeout_s_max, timeout_));
        environment_ = section.pairs("environment");
        Section code = section.inner("code");
        code.texts("files");
        code.texts("packages");
        code.text("zip", "");
        code.text("directory", "");
        code.finish();
        const auto found = surroundings.attachments.find(fmt::format("functions.{}.code", name_));
        if (!section.has("code"))
            section.wrong("code", "'code' is not given");
        else if (found != surroundings.attachments.end())
            code_ = found->second;
        else if (!surroundings.destroys)
            section.wrong("code", "the code did not come with the file");
    }

    Fields wanted() const override {
        Fields fields{{"runtime", runtime_},
                      {"handler", handler_},
                      {"role", role_},
                      {"description", description_},
                      {"timeout_s", std::to_string(timeout_)},
                      {"memory_mib", std::to_string(memory_)},
                      {"code_sha256", sha256_base64(code_.view())}};
        for (const auto& [variable, value] : environment_) fields[variable_mark + variable] = value;
        return fields;
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<GetFunctionConfigurationOp>({.function_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        Fields is{{"runtime", found->runtime.value_or("")},
                  {"handler", found->handler.value_or("")},
                  {"role", found->role.value_or("")},
                  {"description", found->description.value_or("")},
                  {"timeout_s", std::to_string(found->timeout.value_or(0))},
                  {"memory_mib", std::to_string(found->memory_size.value_or(0))},
                  {"code_sha256", found->code_sha256.value_or("")}};
        if (found->environment && found->environment->variables) {
            for (const auto& [variable, value] : *found->environment->variables)
                is[variable_mark + variable] = value;
        }
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateFunctionRequest request;
        request.function_name = name_;
        request.runtime = runtime_;
        request.handler = handler_;
        request.role = role_;
        if (!description_.empty()) request.description = description_;
        request.timeout = timeout_;
        request.memory_size = memory_;
        if (!environment_.empty()) request.environment.emplace().variables = environment_;
        request.code.zip_file = code_;
        auto made = co_await calls.run<CreateFunctionOp>(std::move(request));
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        aws::Answer<void> done;
        if (differing.erase("code_sha256") > 0) {
            UpdateFunctionCodeRequest request;
            request.function_name = name_;
            request.zip_file = code_;
            done = co_await calls.run<UpdateFunctionCodeOp>(std::move(request));
        }
        if (!done || differing.empty()) co_return done;
        UpdateFunctionConfigurationRequest request;
        request.function_name = name_;
        request.runtime = runtime_;
        request.handler = handler_;
        request.role = role_;
        request.description = description_;
        request.timeout = timeout_;
        request.memory_size = memory_;
        request.environment.emplace().variables = environment_;
        done = co_await calls.run<UpdateFunctionConfigurationOp>(std::move(request));
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteFunctionOp>({.function_name = name_});
        co_return removed;
    }

  private:
    std::string name_, runtime_, handler_, role_, description_;
    int timeout_, memory_;
    std::vector<std::pair<std::string, std::string>> environment_;
    Bytes code_;
};

}  // namespace

std::unique_ptr<Resource> read_function(std::string name, Section& section,
                                        const Surroundings& surroundings) {
    return std::make_unique<FunctionResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
