// Shapes of Kinesis Data Analytics to the words of analytics/ and back.
#pragma once
#include "analytics/analytics.h"
#include "aws/fault.h"
#include "aws/model/kinesisanalytics.h"

namespace freshet::aws::analytics_words {

std::unexpected<Fault> refuse(const char* code, std::string message);
std::unexpected<Fault> refuse(const freshet::Error& error);

Answer<analytics::Input> input_of(const kinesisanalytics::Input& given);
Answer<analytics::Output> output_of(const kinesisanalytics::Output& given);
Answer<void> apply(const kinesisanalytics::InputUpdate& update, analytics::Input& input);
Answer<void> apply(const kinesisanalytics::OutputUpdate& update, analytics::Output& output);
Answer<analytics::Start> start_of(const std::optional<std::string>& position);

kinesisanalytics::SourceSchema describe(const record::Schema& schema, const std::string& encoding);
kinesisanalytics::ApplicationDetail describe(const analytics::Application& application);
kinesisanalytics::ApplicationSummary summarize(const analytics::Application& application);

}  // namespace freshet::aws::analytics_words
