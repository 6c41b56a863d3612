#include "pipeline/resource.h"
#include "base/text/arn.h"

#include <fmt/format.h>

namespace freshet::pipeline {

bool Resource::can_change(const std::string&) const { return true; }

io::Task<aws::Answer<std::string>> Resource::obstacle(Calls&, std::set<std::string>) {
    co_return std::string();
}

std::string Surroundings::arn(const char* service, const std::string& resource) const {
    return arn_text(service, {account, region}, resource);
}

std::string Surroundings::role_arn(const std::string& name) const {
    if (name.empty() || name.starts_with("arn:")) return name;
    return arn_text("iam", {account, ""}, "role/" + name);
}

std::string Surroundings::stream_arn(const std::string& name) const {
    return name.starts_with("arn:") ? name : arn("kinesis", "stream/" + name);
}

std::string Surroundings::delivery_arn(const std::string& name) const {
    return name.starts_with("arn:") ? name : arn("firehose", "deliverystream/" + name);
}

std::string Surroundings::function_arn(const std::string& name) const {
    return name.starts_with("arn:") ? name : arn("lambda", "function:" + name);
}

std::string Surroundings::long_text(Section& section, const std::string& place,
                                    const std::string& key) const {
    const std::string file_key = key + "_file";
    const std::string written = section.text(key, "");
    const std::string file = section.text(file_key, "");
    if (section.has(key) == section.has(file_key)) {
        section.wrong(key, fmt::format("give one of '{}' and '{}'", key, file_key));
        return "";
    }
    if (section.has(key)) return written;
    const auto found = attachments.find(fmt::format("{}.{}", place, file_key));
    if (found == attachments.end() && destroys) return "";
    if (found == attachments.end()) {
        section.wrong(file_key, fmt::format("the content of {} did not come with the file", file));
        return "";
    }
    return substitute(found->second.view(), file, parameters, section.problems());
}

const std::vector<Kind>& all_kinds() {
    static const std::vector<Kind> kinds{
        {"roles", "role", read_role},
        {"buckets", "bucket", read_bucket},
        {"streams", "stream", read_stream},
        {"functions", "function", read_function},
        {"databases", "database", read_database},
        {"tables", "table", read_table},
        {"delivery_streams", "delivery stream", read_delivery_stream},
        {"applications", "application", read_application},
        {"crawlers", "crawler", read_crawler},
        {"jobs", "job", read_job},
        {"triggers", "trigger", read_trigger},
        {"rules", "rule", read_rule},
        {"views", "view", read_view},
        {"data_sources", "data source", read_data_source},
        {"data_sets", "data set", read_data_set},
        {"dashboards", "dashboard", read_dashboard},
    };
    return kinds;
}

}  // namespace freshet::pipeline
