#include "delivery/stages/plan.h"

#include <fmt/format.h>

#include <charconv>

#include "base/crypto/digest.h"
#include "delivery/errors.h"
#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

Failure refuse(std::string why) { return fail(Errc::invalid_argument, std::move(why)); }

const std::string* find(const Processor& processor, std::string_view name) {
    for (const auto& [parameter, value] : processor.parameters) {
        if (parameter == name) return &value;
    }
    return nullptr;
}

std::optional<double> number(const std::string& text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

Result<Splitting> splitting_of(const Processor& processor) {
    const std::string* type = find(processor, "SubRecordType");
    if (!type || (*type != "JSON" && *type != "DELIMITED"))
        return refuse("The SubRecordType of RecordDeAggregation must be JSON or DELIMITED");
    Splitting splitting{*type == "JSON", ""};
    const std::string* delimiter = find(processor, "Delimiter");
    if (splitting.is_json == (delimiter != nullptr))
        return refuse("A Delimiter must be given for the SubRecordType DELIMITED, and only for it");
    if (delimiter &&
        (!base64_decode(*delimiter, splitting.delimiter) || splitting.delimiter.empty()))
        return refuse("The Delimiter of RecordDeAggregation must be base64");
    return splitting;
}

Result<Transformation> transformation_of(const Processor& processor) {
    Transformation made;
    const std::string* arn = find(processor, "LambdaArn");
    if (!arn || !arn->starts_with("arn:"))
        return refuse("LambdaArn must be given for a processor of type Lambda");
    made.function_arn = *arn;
    if (const std::string* given = find(processor, "NumberOfRetries")) {
        const auto value = number(*given);
        if (!value || *value < 0 || *value > limits::transform_retries_max)
            return refuse(
                fmt::format("NumberOfRetries must be 0 to {}", limits::transform_retries_max));
        made.retries = static_cast<int>(*value);
    }
    if (const std::string* given = find(processor, "BufferSizeInMBs")) {
        const auto value = number(*given);
        if (!value || *value < limits::transform_mib_min || *value > limits::transform_mib_max)
            return refuse(fmt::format("BufferSizeInMBs must be {} to {}", limits::transform_mib_min,
                                      limits::transform_mib_max));
        made.batch_bytes = static_cast<std::size_t>(*value * (1 << 20));
    }
    if (const std::string* given = find(processor, "BufferIntervalInSeconds")) {
        const auto value = number(*given);
        if (!value || *value < 0 || *value > limits::interval_s_max)
            return refuse(
                fmt::format("BufferIntervalInSeconds must be 0 to {}", limits::interval_s_max));
    }
    return made;
}

Result<> read_processor(const Processor& processor, Plan& plan) {
    const auto must_be = [&](const char* name, std::string_view value) -> Result<> {
        const std::string* given = find(processor, name);
        if (given && *given == value) return {};
        return refuse(fmt::format("{} must be {}", name, value));
    };
    switch (processor.kind) {
        case ProcessorKind::decompression:
            plan.decompresses = true;
            return must_be("CompressionFormat", "GZIP");
        case ProcessorKind::cloudwatch_logs:
            plan.extracts_messages = true;
            return must_be("DataMessageExtraction", "true");
        case ProcessorKind::record_deaggregation: {
            FRESHET_TRY(splitting, splitting_of(processor));
            plan.splitting = std::move(*splitting);
            return {};
        }
        case ProcessorKind::lambda: {
            FRESHET_TRY(made, transformation_of(processor));
            plan.transformation = std::move(*made);
            return {};
        }
        case ProcessorKind::metadata_extraction: {
            const std::string* query = find(processor, "MetadataExtractionQuery");
            if (!query || query->empty())
                return refuse("MetadataExtractionQuery must be given for MetadataExtraction");
            plan.query = *query;
            return must_be("JsonParsingEngine", "JQ-1.6");
        }
    }
    return {};
}

}  // namespace

Result<Plan> plan_of(const Destination& destination) {
    Plan plan;
    plan.is_partitioned = destination.options.partitioning.has_value();
    const auto& processors = destination.options.processors;
    for (const Processor& processor : processors) {
        if (destination.options.find(processor.kind) != &processor)
            return refuse("A processor type can be given once only");
        if (auto read = read_processor(processor, plan); !read) return pass(read);
    }
    if (plan.extracts_messages && !plan.decompresses)
        return refuse("CloudWatchLogProcessing needs a processor of type Decompression");
    return plan;
}

}  // namespace freshet::delivery
