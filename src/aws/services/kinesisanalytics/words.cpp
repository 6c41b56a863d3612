#include "aws/services/kinesisanalytics/words.h"

#include <fmt/format.h>

namespace freshet::aws::analytics_words {

using namespace kinesisanalytics;
namespace domain = analytics;

namespace {

Answer<void> set_format(const RecordFormat& given, record::Format& format) {
    format.is_json = given.record_format_type == "JSON";
    if (!given.mapping_parameters) {
        if (!format.is_json)
            return refuse("InvalidArgumentException", "CSVMappingParameters must be given for CSV");
        return {};
    }
    if (given.mapping_parameters->json_mapping_parameters)
        format.row_path = given.mapping_parameters->json_mapping_parameters->record_row_path;
    if (given.mapping_parameters->csv_mapping_parameters) {
        format.row_delimiter =
            given.mapping_parameters->csv_mapping_parameters->record_row_delimiter;
        format.column_delimiter =
            given.mapping_parameters->csv_mapping_parameters->record_column_delimiter;
    }
    return {};
}

Answer<void> set_columns(const std::vector<RecordColumn>& given,
                         std::vector<record::Column>& columns) {
    columns.clear();
    for (const RecordColumn& one : given) {
        const auto type = record::parse_type(one.sql_type);
        if (!type)
            return refuse("InvalidArgumentException",
                          fmt::format("SqlType {} of column {} is not a type of the streaming SQL",
                                      one.sql_type, one.name));
        for (const record::Column& other : columns) {
            if (other.name == one.name)
                return refuse("InvalidArgumentException",
                              fmt::format("There are two columns {}", one.name));
        }
        columns.push_back({one.name, *type, false, one.mapping.value_or("")});
    }
    return {};
}

Answer<void> set_encoding(const std::string& encoding) {
    if (encoding.empty() || encoding == "UTF-8") return {};
    return refuse(
        "InvalidArgumentException",
        fmt::format("Freshet does not build the RecordEncoding {}; UTF-8 is built", encoding));
}

const char* name_of(record::RowFormat format) {
    return format == record::RowFormat::json ? "JSON" : "CSV";
}

Answer<record::RowFormat> format_of(const DestinationSchema& schema) {
    if (schema.record_format_type == "JSON") return record::RowFormat::json;
    return record::RowFormat::csv;
}

}  // namespace

Answer<domain::Input> input_of(const Input& given) {
    domain::Input input;
    if (!given.kinesis_streams_input)
        return refuse("InvalidArgumentException", "KinesisStreamsInput must be given");
    input.name_prefix = given.name_prefix;
    input.stream_arn = given.kinesis_streams_input->resource_arn;
    input.role_arn = given.kinesis_streams_input->role_arn;
    if (given.input_processing_configuration) {
        const auto& processor = given.input_processing_configuration->input_lambda_processor;
        input.processor = domain::Processor{processor.resource_arn, processor.role_arn};
    }
    if (given.input_parallelism) input.parallelism = given.input_parallelism->count.value_or(1);
    input.encoding = given.input_schema.record_encoding.value_or("");
    if (auto good = set_encoding(input.encoding); !good) return pass(good);
    if (auto good = set_format(given.input_schema.record_format, input.schema.format); !good)
        return pass(good);
    if (auto good = set_columns(given.input_schema.record_columns, input.schema.columns); !good)
        return pass(good);
    return input;
}

Answer<domain::Output> output_of(const Output& given) {
    domain::Output output;
    output.name = given.name;
    if (given.kinesis_streams_output.has_value() == given.kinesis_firehose_output.has_value())
        return refuse(
            "InvalidArgumentException",
            "Exactly one of KinesisStreamsOutput and KinesisFirehoseOutput must be given");
    if (given.kinesis_streams_output) {
        output.arn = given.kinesis_streams_output->resource_arn;
        output.role_arn = given.kinesis_streams_output->role_arn;
    } else {
        output.target = domain::Target::delivery_stream;
        output.arn = given.kinesis_firehose_output->resource_arn;
        output.role_arn = given.kinesis_firehose_output->role_arn;
    }
    output.format = *format_of(given.destination_schema);
    return output;
}

Answer<void> apply(const InputUpdate& update, domain::Input& input) {
    if (update.name_prefix_update) input.name_prefix = *update.name_prefix_update;
    if (update.input_processing_configuration_update) {
        const auto& processor =
            update.input_processing_configuration_update->input_lambda_processor_update;
        if (!input.processor)
            return refuse("InvalidArgumentException",
                          "The input has no InputProcessingConfiguration to update");
        if (processor.resource_arn_update)
            input.processor->function_arn = *processor.resource_arn_update;
        if (processor.role_arn_update) input.processor->role_arn = *processor.role_arn_update;
    }
    if (update.kinesis_streams_input_update) {
        if (update.kinesis_streams_input_update->resource_arn_update)
            input.stream_arn = *update.kinesis_streams_input_update->resource_arn_update;
        if (update.kinesis_streams_input_update->role_arn_update)
            input.role_arn = *update.kinesis_streams_input_update->role_arn_update;
    }
    if (update.input_parallelism_update)
        input.parallelism =
            update.input_parallelism_update->count_update.value_or(input.parallelism);
    if (!update.input_schema_update) return {};
    const InputSchemaUpdate& schema = *update.input_schema_update;
    if (schema.record_format_update) {
        if (auto good = set_format(*schema.record_format_update, input.schema.format); !good)
            return good;
    }
    if (schema.record_encoding_update) {
        input.encoding = *schema.record_encoding_update;
        if (auto good = set_encoding(input.encoding); !good) return good;
    }
    return schema.record_column_updates
               ? set_columns(*schema.record_column_updates, input.schema.columns)
               : Answer<void>();
}

Answer<void> apply(const OutputUpdate& update, domain::Output& output) {
    if (update.name_update) output.name = *update.name_update;
    if (update.kinesis_streams_output_update) {
        output.target = domain::Target::stream;
        output.arn = update.kinesis_streams_output_update->resource_arn_update.value_or(output.arn);
        output.role_arn =
            update.kinesis_streams_output_update->role_arn_update.value_or(output.role_arn);
    }
    if (update.kinesis_firehose_output_update) {
        output.target = domain::Target::delivery_stream;
        output.arn =
            update.kinesis_firehose_output_update->resource_arn_update.value_or(output.arn);
        output.role_arn =
            update.kinesis_firehose_output_update->role_arn_update.value_or(output.role_arn);
    }
    if (update.destination_schema_update)
        output.format = *format_of(*update.destination_schema_update);
    return {};
}

Answer<domain::Start> start_of(const std::optional<std::string>& position) {
    const std::string text = position.value_or("NOW");
    if (text == "TRIM_HORIZON") return domain::Start::trim_horizon;
    if (text == "LAST_STOPPED_POINT") return domain::Start::last_stopped_point;
    return domain::Start::now;
}

SourceSchema describe(const record::Schema& schema, const std::string& encoding) {
    SourceSchema out;
    out.record_format.record_format_type = schema.format.is_json ? "JSON" : "CSV";
    auto& mapping = out.record_format.mapping_parameters.emplace();
    if (schema.format.is_json)
        mapping.json_mapping_parameters = JSONMappingParameters{schema.format.row_path};
    else
        mapping.csv_mapping_parameters =
            CSVMappingParameters{schema.format.row_delimiter, schema.format.column_delimiter};
    if (!encoding.empty()) out.record_encoding = encoding;
    for (const record::Column& column : schema.columns) {
        auto& one = out.record_columns.emplace_back();
        one.name = column.name;
        one.sql_type = to_string(column.type);
        if (!column.mapping.empty()) one.mapping = column.mapping;
    }
    return out;
}

ApplicationSummary summarize(const domain::Application& application) {
    return {application.key.name, domain::arn_of(application.key),
            application.status == domain::Status::running ? "RUNNING" : "READY"};
}

ApplicationDetail describe(const domain::Application& application) {
    ApplicationDetail out;
    const ApplicationSummary summary = summarize(application);
    out.application_name = summary.application_name;
    out.application_arn = summary.application_arn;
    out.application_status = summary.application_status;
    out.application_description = application.description;
    out.create_timestamp = application.created;
    out.last_update_timestamp = application.updated;
    out.application_code = application.code;
    out.application_version_id = application.version;
    for (const domain::Input& input : application.inputs) {
        auto& one =
            (out.input_descriptions ? *out.input_descriptions : out.input_descriptions.emplace())
                .emplace_back();
        one.input_id = input.id;
        one.name_prefix = input.name_prefix;
        auto& names = one.in_app_stream_names.emplace();
        for (int i = 0; i < input.parallelism; ++i) names.push_back(input.stream_name(i));
        if (input.processor)
            one.input_processing_configuration_description.emplace()
                .input_lambda_processor_description = InputLambdaProcessorDescription{
                input.processor->function_arn, input.processor->role_arn};
        one.kinesis_streams_input_description =
            KinesisStreamsInputDescription{input.stream_arn, input.role_arn};
        one.input_schema = describe(input.schema, input.encoding);
        one.input_parallelism = InputParallelism{input.parallelism};
        auto& position = one.input_starting_position_configuration.emplace();
        if (!input.starting_position.empty())
            position.input_starting_position = input.starting_position;
    }
    for (const domain::Output& output : application.outputs) {
        auto& one =
            (out.output_descriptions ? *out.output_descriptions : out.output_descriptions.emplace())
                .emplace_back();
        one.output_id = output.id;
        one.name = output.name;
        if (output.target == domain::Target::stream)
            one.kinesis_streams_output_description =
                KinesisStreamsOutputDescription{output.arn, output.role_arn};
        else
            one.kinesis_firehose_output_description =
                KinesisFirehoseOutputDescription{output.arn, output.role_arn};
        one.destination_schema = DestinationSchema{name_of(output.format)};
    }
    for (const domain::LoggingOption& logging : application.loggings) {
        auto& all = out.cloud_watch_logging_option_descriptions
                        ? *out.cloud_watch_logging_option_descriptions
                        : out.cloud_watch_logging_option_descriptions.emplace();
        auto& one = all.emplace_back();
        one.cloud_watch_logging_option_id = logging.id;
        one.log_stream_arn = logging.log_stream_arn;
        one.role_arn = logging.role_arn;
    }
    return out;
}

}  // namespace freshet::aws::analytics_words
