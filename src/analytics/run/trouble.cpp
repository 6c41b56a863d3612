#include "analytics/run/trouble.h"

#include <fmt/format.h>

#include "analytics/run/runner.h"
#include "base/text/json_text.h"
#include "record/json/json.h"

namespace freshet::analytics {

std::vector<std::string> log_streams_of(const Application& application) {
    std::vector<std::string> all;
    for (const LoggingOption& option : application.loggings) all.push_back(option.log_stream_arn);
    if (all.empty())
        all.push_back(
            fmt::format("arn:aws:logs:{}:{}:log-group:/aws/kinesis-analytics/{}:"
                        "log-stream:kinesis-analytics-log-stream",
                        application.key.region, application.key.account, application.key.name));
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

}  // namespace freshet::analytics
