#include "analytics/run/trouble.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text/arn.h"
#include "base/text/json_text.h"
#include "record/json/json.h"

namespace freshet::analytics {

std::vector<std::string> log_streams_of(const Application& application) {
    std::vector<std::string> all;
    for (const LoggingOption& option : application.loggings) all.push_back(option.log_stream_arn);
    if (all.empty())
        all.push_back(arn_text("logs", application.key.home,
                               "log-group:/aws/kinesis-analytics/" + application.key.name +
                                   ":log-stream:kinesis-analytics-log-stream"));
    return all;
}

std::string trouble_line(const Application& application, std::string_view code,
                         std::string_view message) {
    std::string line = R"({"applicationARN":)";
    append_json_text(arn_of(application.key), line);
    line += fmt::format(R"(,"applicationVersionId":"{}","messageType":"ERROR","message":)",
                        application.version);
    append_json_text(message, line);
    if (!application.inputs.empty()) {
        line += R"(,"inputId":)";
        append_json_text(application.inputs[0].id, line);
    }
    line += fmt::format(R"(,"errorCode":"{}","messageSchemaVersion":"1"}})", code);
    return line;
}

void Trouble::report(const char* code, const std::string& message) {
    log_warn("analytics", "trouble",
             {{"application", application_.key.name}, {"code", code}, {"reason", message}});
    for (const std::string& arn : log_streams_of(application_))
        siblings_.write_log(arn, home_.now(), trouble_line(application_, code, message));
}

void Trouble::waits_for(const Error& error) {
    if (figures_.trouble != error.message()) report("Application.Waiting", error.message());
    figures_.trouble = error.message();
}

void Trouble::saw_aggregates(std::uint64_t aggregates, std::size_t records) {
    if (aggregates == 0) {
        if (records > 0) figures_.advice.clear();
        return;
    }
    const std::string advice{application_.inputs[0].processor ? advice_of_function
                                                              : advice_without_function};
    if (figures_.advice != advice) report("Input.KplAggregates", advice);
    figures_.advice = advice;
}

}  // namespace freshet::analytics
