#include "aws/services/kinesisanalytics/kinesisanalytics.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/http/rim.h"
#include "aws/services/kinesisanalytics/words.h"

namespace freshet::aws {
namespace {

using namespace kinesisanalytics;
using namespace analytics_words;
namespace domain = analytics;

constexpr int list_default = 50;

class Handlers {
  public:
    explicit Handlers(domain::Applications& applications) : applications_(applications) {}

    io::Task<Answer<CreateApplicationResponse>> create(Caller caller,
                                                       CreateApplicationRequest request) {
        domain::Application wanted;
        wanted.key = key_of(caller, request.application_name);
        wanted.description = request.application_description.value_or("");
        wanted.code = request.application_code.value_or("");
        for (const Input& given : request.inputs.value_or(std::vector<Input>())) {
            auto input = input_of(given);
            if (!input) co_return pass(input);
            input->id = domain::next_id(wanted);
            wanted.inputs.push_back(std::move(*input));
        }
        for (const Output& given : request.outputs.value_or(std::vector<Output>())) {
            auto output = output_of(given);
            if (!output) co_return pass(output);
            output->id = domain::next_id(wanted);
            wanted.outputs.push_back(std::move(*output));
        }
        for (const CloudWatchLoggingOption& given :
             request.cloud_watch_logging_options.value_or(std::vector<CloudWatchLoggingOption>())) {
            const std::string id = domain::next_id(wanted);
            wanted.loggings.push_back({id, given.log_stream_arn, given.role_arn});
        }
        for (const Tag& tag : request.tags.value_or(std::vector<Tag>()))
            wanted.tags[tag.key] = tag.value.value_or("");
        const domain::Application summary = wanted;
        auto created = co_await applications_.create(std::move(wanted));
        if (!created) co_return refuse(created.error());
        co_return CreateApplicationResponse{summarize(summary)};
    }

    io::Task<Answer<DescribeApplicationResponse>> describe_one(Caller caller,
                                                               DescribeApplicationRequest request) {
        auto found = applications_.find(key_of(caller, request.application_name));
        if (!found) co_return refuse(found.error());
        DescribeApplicationResponse out{describe(**found)};
        // The model has no member for what is wrong, so it stands behind the user's description.
        const domain::Figures figures = applications_.figures((*found)->key);
        const std::string& wrong = figures.trouble.empty() ? figures.advice : figures.trouble;
        if (!wrong.empty()) {
            std::string text = (*found)->description;
            text += fmt::format("{}[{}]", text.empty() ? "" : " ", wrong);
            out.application_detail.application_description = std::move(text);
        }
        co_return out;
    }

    io::Task<Answer<ListApplicationsResponse>> list(Caller caller,
                                                    ListApplicationsRequest request) {
        const auto all = applications_.list(caller.account(), caller.region(),
                                            request.exclusive_start_application_name.value_or(""));
        const auto limit = static_cast<std::size_t>(request.limit.value_or(list_default));
        ListApplicationsResponse out;
        for (std::size_t i = 0; i < std::min(limit, all.size()); ++i)
            out.application_summaries.push_back(summarize(*all[i]));
        out.has_more_applications = all.size() > limit;
        co_return out;
    }

    io::Task<Answer<DeleteApplicationResponse>> remove(Caller caller,
                                                       DeleteApplicationRequest request) {
        auto removed = co_await applications_.remove(key_of(caller, request.application_name),
                                                     request.create_timestamp);
        if (!removed) co_return refuse(removed.error());
        co_return DeleteApplicationResponse();
    }

    io::Task<Answer<StartApplicationResponse>> start(Caller caller,
                                                     StartApplicationRequest request) {
        if (request.input_configurations.size() != 1)
            co_return refuse("InvalidArgumentException",
                             "InputConfigurations names exactly one input");
        const InputConfiguration& input = request.input_configurations[0];
        auto start = start_of(input.input_starting_position_configuration.input_starting_position);
        auto begun =
            co_await applications_.run(key_of(caller, request.application_name), input.id, *start);
        if (!begun) co_return refuse(begun.error());
        co_return StartApplicationResponse();
    }

    io::Task<Answer<StopApplicationResponse>> stop(Caller caller, StopApplicationRequest request) {
        auto stopped = co_await applications_.halt(key_of(caller, request.application_name));
        if (!stopped) co_return refuse(stopped.error());
        co_return StopApplicationResponse();
    }

    /// An edit may refuse in AWS's words; they are carried past the service in `fault`.
    template <class Edit>
    io::Task<Answer<void>> change(Caller caller, std::string name, std::int64_t version,
                                  Edit edit) {
        std::optional<Fault> fault;
        auto changed = co_await applications_.change(
            key_of(caller, name), version, [&](domain::Application& application) -> Result<> {
                Answer<void> edited = edit(application);
                if (edited) return {};
                fault = std::move(edited.error());
                return fail(domain::Errc::invalid_argument, fault->message);
            });
        if (fault) co_return std::unexpected(std::move(*fault));
        if (!changed) co_return refuse(changed.error());
        co_return Answer<void>();
    }

    io::Task<Answer<UpdateApplicationResponse>> update(Caller caller,
                                                       UpdateApplicationRequest request) {
        const ApplicationUpdate& update = request.application_update;
        auto changed = co_await change(
            caller, request.application_name, request.current_application_version_id,
            [&](domain::Application& application) -> Answer<void> {
                if (update.application_code_update)
                    application.code = *update.application_code_update;
                for (const InputUpdate& one :
                     update.input_updates.value_or(std::vector<InputUpdate>())) {
                    auto input = find_id(application.inputs, one.input_id);
                    if (!input) return pass(input);
                    if (auto applied = apply(one, **input); !applied) return applied;
                }
                for (const OutputUpdate& one :
                     update.output_updates.value_or(std::vector<OutputUpdate>())) {
                    auto output = find_id(application.outputs, one.output_id);
                    if (!output) return pass(output);
                    if (auto applied = apply(one, **output); !applied) return applied;
                }
                for (const auto& one : update.cloud_watch_logging_option_updates.value_or(
                         std::vector<CloudWatchLoggingOptionUpdate>())) {
                    auto logging = find_id(application.loggings, one.cloud_watch_logging_option_id);
                    if (!logging) return pass(logging);
                    (*logging)->log_stream_arn =
                        one.log_stream_arn_update.value_or((*logging)->log_stream_arn);
                    (*logging)->role_arn = one.role_arn_update.value_or((*logging)->role_arn);
                }
                return {};
            });
        if (!changed) co_return pass(changed);
        co_return UpdateApplicationResponse();
    }

    io::Task<Answer<AddApplicationInputResponse>> add_input(Caller caller,
                                                            AddApplicationInputRequest request) {
        auto input = input_of(request.input);
        if (!input) co_return pass(input);
        auto changed = co_await change(caller, request.application_name,
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
        auto changed = co_await change(caller, request.application_name,
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
        auto changed = co_await change(
            caller, request.application_name, request.current_application_version_id,
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

    io::Task<Answer<void>> set_processor(Caller caller, std::string name, std::int64_t version,
                                         std::string input_id,
                                         std::optional<domain::Processor> processor) {
        auto changed = co_await change(caller, name, version,
                                       [&](domain::Application& application) -> Answer<void> {
                                           auto input = find_id(application.inputs, input_id);
                                           if (!input) return pass(input);
                                           (*input)->processor = processor;
                                           return {};
                                       });
        co_return changed;
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

    io::Task<Answer<DiscoverInputSchemaResponse>> discover(Caller caller,
                                                           DiscoverInputSchemaRequest request) {
        domain::Sample sample;
        sample.stream_arn = request.resource_arn.value_or("");
        if (request.input_starting_position_configuration)
            sample.start =
                *start_of(request.input_starting_position_configuration->input_starting_position);
        if (request.s3_configuration) {
            sample.bucket_arn = request.s3_configuration->bucket_arn;
            sample.object_key = request.s3_configuration->file_key;
        }
        if (sample.stream_arn.empty() == sample.object_key.empty())
            co_return refuse("InvalidArgumentException",
                             "Either ResourceARN or S3Configuration must be given");
        if (request.input_processing_configuration) {
            const auto& given = request.input_processing_configuration->input_lambda_processor;
            sample.processor = domain::Processor{given.resource_arn, given.role_arn};
        }
        domain::Discovery found;
        auto discovered =
            co_await applications_.discover(key_of(caller, "discovery"), std::move(sample), &found);
        if (!discovered) co_return refuse(discovered.error());
        DiscoverInputSchemaResponse out;
        out.input_schema = describe(found.found.schema, "UTF-8");
        out.parsed_input_records = std::move(found.found.rows);
        out.raw_input_records = std::move(found.raw);
        out.processed_input_records = std::move(found.processed);
        co_return out;
    }

  private:
    static domain::ApplicationKey key_of(const Caller& caller, const std::string& name) {
        return {caller.account(), caller.region(), name};
    }

    template <class Part>
    static Answer<Part*> find_id(std::vector<Part>& parts, const std::string& id) {
        const auto found = std::ranges::find(parts, id, &Part::id);
        if (found == parts.end())
            return refuse("ResourceNotFoundException",
                          fmt::format("The application has no part with the id {}", id));
        return &*found;
    }

    domain::Applications& applications_;
};

}  // namespace

void register_kinesisanalytics(Router& router, domain::Applications& applications) {
    router.add_service(std::make_unique<ServiceRim>(kinesisanalytics::service_info()));
    auto h = std::make_shared<Handlers>(applications);
    io::Core& home = applications.home();
    router.handle<CreateApplicationOp>(home, [h](Caller c, CreateApplicationRequest i) {
        return h->create(std::move(c), std::move(i));
    });
    router.handle<DescribeApplicationOp>(home, [h](Caller c, DescribeApplicationRequest i) {
        return h->describe_one(std::move(c), std::move(i));
    });
    router.handle<ListApplicationsOp>(home, [h](Caller c, ListApplicationsRequest i) {
        return h->list(std::move(c), std::move(i));
    });
    router.handle<UpdateApplicationOp>(home, [h](Caller c, UpdateApplicationRequest i) {
        return h->update(std::move(c), std::move(i));
    });
    router.handle<DeleteApplicationOp>(home, [h](Caller c, DeleteApplicationRequest i) {
        return h->remove(std::move(c), std::move(i));
    });
    router.handle<StartApplicationOp>(home, [h](Caller c, StartApplicationRequest i) {
        return h->start(std::move(c), std::move(i));
    });
    router.handle<StopApplicationOp>(home, [h](Caller c, StopApplicationRequest i) {
        return h->stop(std::move(c), std::move(i));
    });
    router.handle<DiscoverInputSchemaOp>(home, [h](Caller c, DiscoverInputSchemaRequest i) {
        return h->discover(std::move(c), std::move(i));
    });
    router.handle<AddApplicationInputOp>(home, [h](Caller c, AddApplicationInputRequest i) {
        return h->add_input(std::move(c), std::move(i));
    });
    router.handle<AddApplicationOutputOp>(home, [h](Caller c, AddApplicationOutputRequest i) {
        return h->add_output(std::move(c), std::move(i));
    });
    router.handle<DeleteApplicationOutputOp>(home, [h](Caller c, DeleteApplicationOutputRequest i) {
        return h->delete_output(std::move(c), std::move(i));
    });
    router.handle<AddApplicationInputProcessingConfigurationOp>(
        home, [h](Caller c, AddApplicationInputProcessingConfigurationRequest i) {
            return h->add_processing(std::move(c), std::move(i));
        });
    router.handle<DeleteApplicationInputProcessingConfigurationOp>(
        home, [h](Caller c, DeleteApplicationInputProcessingConfigurationRequest i) {
            return h->delete_processing(std::move(c), std::move(i));
        });
}

}  // namespace freshet::aws
