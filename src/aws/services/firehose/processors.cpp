// Processors of a destination: from requests, and to descriptions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {

using namespace firehose;
namespace domain = delivery;

namespace {

using domain::ProcessorKind;

constexpr std::string_view delimiter_type = "AppendDelimiterToRecord";

/// A type, and the parameters that it takes.
struct TypeRow {
    ProcessorKind kind;
    std::string_view type;
    std::array<std::string_view, 5> parameters;
};
constexpr TypeRow types[] = {
    {ProcessorKind::decompression, "Decompression", {"CompressionFormat"}},
    {ProcessorKind::cloudwatch_logs, "CloudWatchLogProcessing", {"DataMessageExtraction"}},
    {ProcessorKind::record_deaggregation, "RecordDeAggregation", {"SubRecordType", "Delimiter"}},
    {ProcessorKind::lambda,
     "Lambda",
     {"LambdaArn", "NumberOfRetries", "RoleArn", "BufferSizeInMBs", "BufferIntervalInSeconds"}},
    {ProcessorKind::metadata_extraction,
     "MetadataExtraction",
     {"MetadataExtractionQuery", "JsonParsingEngine"}},
};
static_assert(std::size(types) == domain::processor_count);

std::unexpected<Fault> not_of(const ProcessorParameter& parameter, std::string_view type) {
    return refuse("InvalidArgumentException",
                  fmt::format("{} is not a parameter of a processor of type {}",
                              parameter.parameter_name, type));
}

/// It takes a delimiter, which can be a line break only.
Answer<void> check_delimiter(const std::vector<ProcessorParameter>& parameters) {
    for (const ProcessorParameter& parameter : parameters) {
        if (parameter.parameter_name != "Delimiter") return not_of(parameter, delimiter_type);
        if (parameter.parameter_value != "\n" && parameter.parameter_value != "\\n")
            return refuse("InvalidArgumentException",
                          "The Delimiter of AppendDelimiterToRecord must be \\n");
    }
    return {};
}

}  // namespace

Answer<void> apply(const ProcessingConfiguration& given, domain::Destination& d) {
    d.appends_newline = false;
    d.options.processors.clear();
    if (!given.enabled.value_or(false) || !given.processors) return {};
    for (const Processor& processor : *given.processors) {
        const std::vector<ProcessorParameter> parameters =
            processor.parameters.value_or(std::vector<ProcessorParameter>());
        if (processor.type == delimiter_type) {
            if (auto good = check_delimiter(parameters); !good) return good;
            d.appends_newline = true;
            continue;
        }
        const auto row = std::ranges::find(types, processor.type, &TypeRow::type);
        if (row == std::end(types))
            return refuse("InvalidArgumentException",
                          fmt::format("Processor type {} is not supported", processor.type));
        domain::Processor& made = d.options.processors.emplace_back();
        made.kind = row->kind;
        for (const ProcessorParameter& parameter : parameters) {
            if (std::ranges::find(row->parameters, parameter.parameter_name) ==
                row->parameters.end())
                return not_of(parameter, row->type);
            made.parameters.emplace_back(parameter.parameter_name, parameter.parameter_value);
        }
    }
    return {};
}

void describe(const domain::Destination& d, ProcessingConfiguration& out) {
    out.processors.emplace();
    for (const domain::Processor& processor : d.options.processors) {
        Processor& shown = out.processors->emplace_back();
        shown.type = std::ranges::find(types, processor.kind, &TypeRow::kind)->type;
        shown.parameters.emplace();
        for (const auto& [name, value] : processor.parameters)
            shown.parameters->push_back({name, value});
    }
    if (d.appends_newline) out.processors->emplace_back().type = delimiter_type;
    out.enabled = !out.processors->empty();
}

}  // namespace freshet::aws::firehose_words
