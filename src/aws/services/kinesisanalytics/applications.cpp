// Applications: created, described, listed, updated, started, stopped, deleted.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/kinesisanalytics/change.h"

namespace freshet::aws::analytics_words {
namespace {

using namespace kinesisanalytics;
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
        co_await applications_.look_at_runs();
        auto found = applications_.find(key_of(caller, request.application_name));
        if (!found) co_return refuse(found.error());
        DescribeApplicationResponse out{describe(**found)};
        // The model has no member for what is wrong, so it comes after the user's description.
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
        const auto all = applications_.list(caller.home(),
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

    io::Task<Answer<UpdateApplicationResponse>> update(Caller caller,
                                                       UpdateApplicationRequest request) {
        const ApplicationUpdate& update = request.application_update;
        auto changed = co_await change(
            applications_, key_of(caller, request.application_name),
            request.current_application_version_id,
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

  private:
    domain::Applications& applications_;
};

}  // namespace

void register_applications(Router& router, analytics::Applications& applications) {
    auto h = std::make_shared<Handlers>(applications);
    io::Core& home = applications.home();
    on<CreateApplicationOp>(router, home, h, &Handlers::create);
    on<DescribeApplicationOp>(router, home, h, &Handlers::describe_one);
    on<ListApplicationsOp>(router, home, h, &Handlers::list);
    on<UpdateApplicationOp>(router, home, h, &Handlers::update);
    on<DeleteApplicationOp>(router, home, h, &Handlers::remove);
    on<StartApplicationOp>(router, home, h, &Handlers::start);
    on<StopApplicationOp>(router, home, h, &Handlers::stop);
}

}  // namespace freshet::aws::analytics_words
