// What the files of the Kinesis Data Analytics rim share: faults in its words, and its shapes to
// the words of analytics/ and back.
#pragma once
#include "analytics/analytics.h"
#include "aws/errors.h"
#include "aws/model/kinesisanalytics.h"
#include "aws/router.h"

namespace freshet::aws::analytics_words {

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);

inline analytics::ApplicationKey key_of(const Caller& caller, const std::string& name) {
    return {caller.home(), name};
}

Answer<analytics::Input> input_of(const kinesisanalytics::Input& given);
Answer<analytics::Output> output_of(const kinesisanalytics::Output& given);
Answer<void> apply(const kinesisanalytics::InputUpdate& update, analytics::Input& input);
Answer<void> apply(const kinesisanalytics::OutputUpdate& update, analytics::Output& output);
Answer<analytics::Start> start_of(const std::optional<std::string>& position);

kinesisanalytics::SourceSchema describe(const record::Schema& schema, const std::string& encoding);
kinesisanalytics::ApplicationDetail describe(const analytics::Application& application);
kinesisanalytics::ApplicationSummary summarize(const analytics::Application& application);

void register_applications(Router& router, analytics::Applications& applications);
void register_parts(Router& router, analytics::Applications& applications);
void register_discovery(Router& router, analytics::Applications& applications);

}  // namespace freshet::aws::analytics_words
