// Applications of the streaming SQL: one input with its schema and processor, the SQL, the outputs,
// and where reading starts. An application that the file starts is kept running.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/kinesisanalytics.h"
#include "pipeline/resource.h"
#include "sql/streaming/tree.h"

namespace freshet::pipeline {
namespace {

using namespace aws::kinesisanalytics;

const std::string output_mark = "output:";

std::string text_of(const SourceSchema& schema) {
    std::string out;
    for (const RecordColumn& column : schema.record_columns)
        out += fmt::format("{}{} {}{}{}", out.empty() ? "" : ", ", column.name, column.sql_type,
                           column.mapping ? " from " : "", column.mapping.value_or(""));
    return out;
}

std::string text_of(const RecordFormat& format) {
    const auto& mapping = format.mapping_parameters;
    if (mapping && mapping->csv_mapping_parameters)
        return fmt::format("CSV rows by {:?} columns by {:?}",
                           mapping->csv_mapping_parameters->record_row_delimiter,
                           mapping->csv_mapping_parameters->record_column_delimiter);
    if (mapping && mapping->json_mapping_parameters)
        return "JSON at " + mapping->json_mapping_parameters->record_row_path;
    return format.record_format_type;
}

/// Output and OutputDescription name the members differently.
std::string text_of(const std::string& arn, const std::string& role, const std::string& format) {
    return fmt::format("{} to {} as {}", format, arn, role);
}

std::string text_of(const Output& output) {
    const auto& firehose = output.kinesis_firehose_output;
    const auto& stream = output.kinesis_streams_output;
    return text_of(firehose ? firehose->resource_arn : stream->resource_arn,
                   firehose ? firehose->role_arn : stream->role_arn,
                   output.destination_schema.record_format_type);
}

class ApplicationResource final : public Resource {
  public:
    ApplicationResource(std::string name, Section& section, const Surroundings& surroundings)
        : name_(std::move(name)) {
        role_ = surroundings.role_arn(section.text("role"));
        description_ = section.text("description", "");
        const std::size_t problems_before = section.problems().size();
        code_ = surroundings.long_text(section, "applications." + name_, "sql");
        if (auto script = sql::streaming::parse_script(code_);
            !script && problems_before == section.problems().size() && !surroundings.destroys)
            section.wrong(section.has("sql") ? "sql" : "sql_file", script.error().text());
        start_ = section.word("start", {"TRIM_HORIZON", "NOW"}, "");
        Section input = section.inner("input");
        if (!section.has("input")) section.wrong("input", "'input' is not given");
        read_input(input, surroundings);
        for (Section& output : section.list("outputs")) read_output(output, surroundings);
    }

    std::vector<Need> needs() const override { return {source_}; }

    Fields wanted() const override {
        Fields fields{
            {"description", description_},
            {"sql", code_},
            {"input.name_prefix", input_.name_prefix},
            {"input.stream", input_.kinesis_streams_input->resource_arn},
            {"input.role", input_.kinesis_streams_input->role_arn},
            {"input.format", text_of(input_.input_schema.record_format)},
            {"input.columns", text_of(input_.input_schema)},
            {"input.parallelism", std::to_string(input_.input_parallelism->count.value_or(1))}};
        if (input_.input_processing_configuration)
            fields["input.processor"] =
                input_.input_processing_configuration->input_lambda_processor.resource_arn;
        for (const Output& output : outputs_) fields[output_mark + output.name] = text_of(output);
        if (!start_.empty()) fields["status"] = "RUNNING";
        return fields;
    }
    bool can_change(const std::string& field) const override { return field != "description"; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<DescribeApplicationOp>({.application_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const ApplicationDetail& detail = found->application_detail;
        version_ = detail.application_version_id;
        created_ = detail.create_timestamp.value_or(Timestamp());
        Fields is{{"description", detail.application_description.value_or("")},
                  {"sql", detail.application_code.value_or("")}};
        if (!start_.empty()) is["status"] = detail.application_status;
        for (const auto& input :
             detail.input_descriptions.value_or(std::vector<InputDescription>()))
            describe(input, is);
        output_ids_.clear();
        for (const auto& output :
             detail.output_descriptions.value_or(std::vector<OutputDescription>())) {
            const std::string name = output.name.value_or("");
            output_ids_[name] = output.output_id.value_or("");
            const auto& firehose = output.kinesis_firehose_output_description;
            const auto& stream = output.kinesis_streams_output_description;
            const std::string arn = firehose ? firehose->resource_arn.value_or("")
                                    : stream ? stream->resource_arn.value_or("")
                                             : "";
            const std::string role = firehose ? firehose->role_arn.value_or("")
                                     : stream ? stream->role_arn.value_or("")
                                              : "";
            is[output_mark + name] = text_of(
                arn, role,
                output.destination_schema ? output.destination_schema->record_format_type : "");
        }
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateApplicationRequest request;
        request.application_name = name_;
        if (!description_.empty()) request.application_description = description_;
        request.application_code = code_;
        request.inputs.emplace().push_back(input_);
        request.outputs = outputs_;
        auto made = co_await calls.run<CreateApplicationOp>(std::move(request));
        if (!made || start_.empty() || calls.is_judging()) co_return made;
        auto seen = co_await look(calls);
        if (!seen) co_return pass(seen);
        auto started = co_await start(calls);
        co_return started;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        const bool starts = differing.erase("status") > 0;
        aws::Answer<void> done;
        if (differing.erase("input.processor") > 0) done = co_await set_processor(calls);
        if (done) done = co_await update(calls, differing);
        if (done) done = co_await set_outputs(calls, differing);
        if (done && starts) done = co_await start(calls);
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto seen = co_await look(calls);
        if (!seen) co_return pass(seen);
        auto removed = co_await calls.run<DeleteApplicationOp>({name_, created_});
        co_return removed;
    }

  private:
    void read_input(Section& section, const Surroundings& surroundings) {
        input_.name_prefix = section.text("name_prefix");
        source_ = {Need::Kind::stream, section.text("stream")};
        input_.kinesis_streams_input.emplace() = {surroundings.stream_arn(source_.name), role_};
        if (const std::string processor = section.text("processor", ""); !processor.empty())
            input_.input_processing_configuration.emplace().input_lambda_processor = {
                surroundings.function_arn(processor), role_};
        input_.input_parallelism.emplace().count = section.number("parallelism", 1);
        auto& schema = input_.input_schema;
        auto& format = schema.record_format;
        format.record_format_type = section.word("format", {"CSV", "JSON"}, "CSV");
        schema.record_encoding = "UTF-8";
        auto& mapping = format.mapping_parameters.emplace();
        const std::string rows = section.text("row_delimiter", "\n");
        const std::string columns = section.text("column_delimiter", ",");
        const std::string path = section.text("row_path", "$");
        if (format.record_format_type == "CSV")
            mapping.csv_mapping_parameters.emplace() = {rows, columns};
        else
            mapping.json_mapping_parameters.emplace() = {path};
        for (Section& column : section.list("columns")) {
            RecordColumn& made = schema.record_columns.emplace_back();
            made.name = column.text("name");
            made.sql_type = column.text("type");
            if (const std::string from = column.text("from", ""); !from.empty())
                made.mapping = from;
            column.finish();
        }
        if (schema.record_columns.empty()) section.wrong("columns", "'columns' is not given");
        section.finish();
    }

    void read_output(Section& section, const Surroundings& surroundings) {
        Output& output = outputs_.emplace_back();
        output.name = section.text("name");
        output.destination_schema.record_format_type =
            section.word("format", {"CSV", "JSON"}, "CSV");
        const std::string delivery = section.text("delivery_stream", "");
        const std::string stream = section.text("stream", "");
        if (delivery.empty() == stream.empty())
            section.wrong("name", "an output has one of 'delivery_stream' and 'stream'");
        if (!delivery.empty())
            output.kinesis_firehose_output.emplace() = {surroundings.delivery_arn(delivery), role_};
        else
            output.kinesis_streams_output.emplace() = {surroundings.stream_arn(stream), role_};
        section.finish();
    }

    void describe(const InputDescription& input, Fields& is) {
        input_id_ = input.input_id.value_or("");
        is["input.name_prefix"] = input.name_prefix.value_or("");
        if (const auto& stream = input.kinesis_streams_input_description) {
            is["input.stream"] = stream->resource_arn.value_or("");
            is["input.role"] = stream->role_arn.value_or("");
        }
        has_processor_ = input.input_processing_configuration_description.has_value();
        if (has_processor_) {
            const auto& processor = input.input_processing_configuration_description
                                        ->input_lambda_processor_description;
            is["input.processor"] = processor ? processor->resource_arn.value_or("") : "";
        }
        if (input.input_schema) {
            is["input.format"] = text_of(input.input_schema->record_format);
            is["input.columns"] = text_of(*input.input_schema);
        }
        is["input.parallelism"] = std::to_string(
            input.input_parallelism ? input.input_parallelism->count.value_or(1) : 1);
    }

    io::Task<aws::Answer<void>> start(Calls& calls) {
        StartApplicationRequest request;
        request.application_name = name_;
        auto& input = request.input_configurations.emplace_back();
        input.id = input_id_;
        input.input_starting_position_configuration.input_starting_position = start_;
        auto started = co_await calls.run<StartApplicationOp>(std::move(request));
        co_return started;
    }

    /// Which is added, taken away, or names another function.
    io::Task<aws::Answer<void>> set_processor(Calls& calls) {
        const auto& wanted = input_.input_processing_configuration;
        aws::Answer<void> done;
        if (has_processor_)
            done = co_await calls.run<DeleteApplicationInputProcessingConfigurationOp>(
                {name_, version_++, input_id_});
        if (done && wanted)
            done = co_await calls.run<AddApplicationInputProcessingConfigurationOp>(
                {name_, version_++, input_id_, *wanted});
        co_return done;
    }

    io::Task<aws::Answer<void>> update(Calls& calls, std::set<std::string> differing) {
        UpdateApplicationRequest request;
        request.application_name = name_;
        auto& wanted = request.application_update;
        if (differing.contains("sql")) wanted.application_code_update = code_;
        if (std::ranges::any_of(differing,
                                [](const auto& field) { return field.starts_with("input."); })) {
            auto& input = wanted.input_updates.emplace().emplace_back();
            input.input_id = input_id_;
            input.name_prefix_update = input_.name_prefix;
            input.kinesis_streams_input_update.emplace() = {
                input_.kinesis_streams_input->resource_arn, input_.kinesis_streams_input->role_arn};
            auto& schema = input.input_schema_update.emplace();
            schema.record_format_update = input_.input_schema.record_format;
            schema.record_column_updates = input_.input_schema.record_columns;
            input.input_parallelism_update.emplace().count_update = input_.input_parallelism->count;
        }
        for (const Output& output : outputs_) {
            const auto id = output_ids_.find(output.name);
            if (id == output_ids_.end() || !differing.contains(output_mark + output.name)) continue;
            if (!wanted.output_updates) wanted.output_updates.emplace();
            auto& one = wanted.output_updates->emplace_back();
            one.output_id = id->second;
            if (const auto& firehose = output.kinesis_firehose_output)
                one.kinesis_firehose_output_update.emplace() = {firehose->resource_arn,
                                                                firehose->role_arn};
            if (const auto& stream = output.kinesis_streams_output)
                one.kinesis_streams_output_update.emplace() = {stream->resource_arn,
                                                               stream->role_arn};
            one.destination_schema_update = output.destination_schema;
        }
        if (!wanted.application_code_update && !wanted.input_updates && !wanted.output_updates)
            co_return aws::Answer<void>();
        request.current_application_version_id = version_++;
        auto done = co_await calls.run<UpdateApplicationOp>(std::move(request));
        co_return done;
    }

    io::Task<aws::Answer<void>> set_outputs(Calls& calls, std::set<std::string> differing) {
        aws::Answer<void> done;
        for (const auto& [name, id] : output_ids_) {
            const bool stays = std::ranges::find(outputs_, name, &Output::name) != outputs_.end();
            if (done && !stays)
                done = co_await calls.run<DeleteApplicationOutputOp>({name_, version_++, id});
        }
        for (const Output& output : outputs_) {
            if (!done || output_ids_.contains(output.name)) continue;
            if (!differing.contains(output_mark + output.name)) continue;
            done = co_await calls.run<AddApplicationOutputOp>({name_, version_++, output});
        }
        co_return done;
    }

    std::string name_, role_, description_, code_, start_;
    Input input_;
    Need source_;
    std::vector<Output> outputs_;
    // As it is, from look().
    std::int64_t version_ = 0;
    Timestamp created_;
    std::string input_id_;
    bool has_processor_ = false;
    std::map<std::string, std::string> output_ids_;
};

}  // namespace

std::unique_ptr<Resource> read_application(std::string name, Section& section,
                                           const Surroundings& surroundings) {
    return std::make_unique<ApplicationResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
