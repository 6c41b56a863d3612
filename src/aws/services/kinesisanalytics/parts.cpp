// The parts of an application: inputs, outputs, the functions before inputs.
#include "aws/services/kinesisanalytics/change.h"

namespace freshet::aws::analytics_words {
namespace {

using namespace kinesisanalytics;
namespace domain = analytics;

class Handlers {
  public:
    explicit Handlers(domain::Applications& applications) : applications_(applications) {}

    io::Task<Answer<AddApplicationInputResponse>> add_input(Caller caller,
                                                            AddApplicationInputRequest request) {
        auto input = input_of(request.input);
        if (!input) co_return pass(input);
        auto changed = co_await change(applications_, key_of(caller, request.application_name),
                                       request.current_application_version_id,
                                       [&](domain::Application& application) -> Answer<void> {
                                           input->id = domain::next_id(application);
                                           application.inputs.push_back(*input);
                                           return {};
                                       });
        if (!changed) co_return pass(changed);
        co_return AddApplicationInputResponse();
    }

    io::Task<Answer<AddApplicationOutputResponse>> add_output(Caller caller,
                                                              AddApplicationOutputRequest request) {
        auto output = output_of(request.output);
        if (!output) co_return pass(output);
        auto changed = co_await change(applications_, key_of(caller, request.application_name),
                                       request.current_application_version_id,
                                       [&](domain::Application& application) -> Answer<void> {
                                           output->id = domain::next_id(application);
                                           application.outputs.push_back(*output);
                                           return {};
                                       });
        if (!changed) co_return pass(changed);
        co_return AddApplicationOutputResponse();
    }

    io::Task<Answer<DeleteApplicationOutputResponse>> delete_output(
        Caller caller, DeleteApplicationOutputRequest request) {
        auto changed =
            co_await change(applications_, key_of(caller, request.application_name),
                            request.current_application_version_id,
                            [&](domain::Application& application) -> Answer<void> {
                                auto output = find_id(application.outputs, request.output_id);
                                if (!output) return pass(output);
                                application.outputs.erase(application.outputs.begin() +
                                                          (*output - application.outputs.data()));
                                return {};
                            });
        if (!changed) co_return pass(changed);
        co_return DeleteApplicationOutputResponse();
    }

    io::Task<Answer<AddApplicationInputProcessingConfigurationResponse>> add_processing(
        Caller caller, AddApplicationInputProcessingConfigurationRequest request) {
        const auto& given = request.input_processing_configuration.input_lambda_processor;
        auto changed = co_await set_processor(
            caller, request.application_name, request.current_application_version_id,
            request.input_id, domain::Processor{given.resource_arn, given.role_arn});
        if (!changed) co_return pass(changed);
        co_return AddApplicationInputProcessingConfigurationResponse();
    }

    io::Task<Answer<DeleteApplicationInputProcessingConfigurationResponse>> delete_processing(
        Caller caller, DeleteApplicationInputProcessingConfigurationRequest request) {
        auto changed = co_await set_processor(caller, request.application_name,
                                              request.current_application_version_id,
                                              request.input_id, std::nullopt);
        if (!changed) co_return pass(changed);
        co_return DeleteApplicationInputProcessingConfigurationResponse();
    }

  private:
    io::Task<Answer<void>> set_processor(Caller caller, std::string name, std::int64_t version,
                                         std::string input_id,
                                         std::optional<domain::Processor> processor) {
        auto changed = co_await change(applications_, key_of(caller, name), version,
                                       [&](domain::Application& application) -> Answer<void> {
                                           auto input = find_id(application.inputs, input_id);
                                           if (!input) return pass(input);
                                           (*input)->processor = processor;
                                           return {};
                                       });
        co_return changed;
    }

    domain::Applications& applications_;
};

}  // namespace

void register_parts(Router& router, analytics::Applications& applications) {
    auto h = std::make_shared<Handlers>(applications);
    io::Core& home = applications.home();
    on<AddApplicationInputOp>(router, home, h, &Handlers::add_input);
    on<AddApplicationOutputOp>(router, home, h, &Handlers::add_output);
    on<DeleteApplicationOutputOp>(router, home, h, &Handlers::delete_output);
    on<AddApplicationInputProcessingConfigurationOp>(router, home, h, &Handlers::add_processing);
    on<DeleteApplicationInputProcessingConfigurationOp>(router, home, h,
                                                        &Handlers::delete_processing);
}

}  // namespace freshet::aws::analytics_words
