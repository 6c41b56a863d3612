// Delivery streams into a bucket, from a stream or from clients.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aws/model/firehose.h"
#include "base/text/arn.h"
#include "delivery/conversion/plan.h"
#include "delivery/naming/prefix.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::firehose;

const std::string tag_mark = "tag:";
constexpr int large_buffer_mib = 128;  ///< AWS's, of a delivery that converts

ProcessingConfiguration newline_processing(bool adds_newline) {
    ProcessingConfiguration processing;
    processing.enabled = adds_newline;
    processing.processors.emplace();
    if (adds_newline) {
        Processor& processor = processing.processors->emplace_back();
        processor.type = "AppendDelimiterToRecord";
        processor.parameters.emplace();
    }
    return processing;
}

std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

class DeliveryResource final : public Resource {
  public:
    DeliveryResource(std::string name, Section& section, const Surroundings& surroundings)
        : name_(std::move(name)) {
        const std::string stream = section.text("source_stream", "");
        wanted_["source_stream"] = stream.empty() ? "" : surroundings.stream_arn(stream);
        source_ = {Need::Kind::stream, stream};
        wanted_["role"] = surroundings.role_arn(section.text("role"));
        wanted_["bucket"] = arn_text("s3", {}, section.text("bucket"));
        wanted_["prefix"] = section.text("prefix", "");
        wanted_["error_prefix"] = section.text("error_prefix", "");
        const auto prefixes =
            delivery::check_prefixes(given(wanted_["prefix"]), given(wanted_["error_prefix"]));
        if (!prefixes && !surroundings.destroys)
            section.wrong("prefix", prefixes.error().message());
        read_conversion(section);
        const bool is_converting = !wanted_["format"].empty();
        size_mib_ = section.number("buffer_mib", is_converting ? large_buffer_mib : 5);
        interval_s_ = section.number("buffer_s", 300);
        wanted_["buffer_mib"] = std::to_string(size_mib_);
        wanted_["buffer_s"] = std::to_string(interval_s_);
        wanted_["compression"] =
            section.word("compression", {"UNCOMPRESSED", "GZIP"}, "UNCOMPRESSED");
        adds_newline_ = section.is_on("newline", false);
        wanted_["newline"] = adds_newline_ ? "true" : "false";
        for (auto& [key, value] : section.pairs("tags")) wanted_[tag_mark + key] = value;
        const std::string table = registering_table(section, surroundings);
        if (!table.empty()) wanted_[tag_mark + "freshet:register-partitions"] = table;
    }

    std::vector<Need> needs() const override { return {source_}; }
    Fields wanted() const override { return wanted_; }
    bool can_change(const std::string& field) const override { return field != "source_stream"; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<DescribeDeliveryStreamOp>({.delivery_stream_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const auto& description = found->delivery_stream_description;
        version_ = description.version_id;
        Fields is;
        if (description.source && description.source->kinesis_stream_source_description)
            is["source_stream"] =
                description.source->kinesis_stream_source_description->kinesis_stream_arn.value_or(
                    "");
        if (!description.destinations.empty()) describe(description.destinations[0], is);
        auto tags =
            co_await calls.call<ListTagsForDeliveryStreamOp>({.delivery_stream_name = name_});
        if (!tags) co_return pass(tags);
        for (const Tag& tag : tags->tags) is[tag_mark + tag.key] = tag.value.value_or("");
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateDeliveryStreamInput input;
        input.delivery_stream_name = name_;
        if (!wanted_.at("source_stream").empty()) {
            input.delivery_stream_type = "KinesisStreamAsSource";
            auto& source = input.kinesis_stream_source_configuration.emplace();
            source.kinesis_stream_arn = wanted_.at("source_stream");
            source.role_arn = wanted_.at("role");
        }
        auto& s3 = input.extended_s3_destination_configuration.emplace();
        fill(s3);
        if (adds_newline_) s3.processing_configuration = newline_processing(true);
        for (const auto& [field, value] : wanted_) {
            if (!field.starts_with(tag_mark)) continue;
            if (!input.tags) input.tags.emplace();
            input.tags->push_back({field.substr(tag_mark.size()), value});
        }
        auto made = co_await calls.run<CreateDeliveryStreamOp>(std::move(input));
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        TagDeliveryStreamInput added{.delivery_stream_name = name_};
        UntagDeliveryStreamInput removed{.delivery_stream_name = name_};
        bool changes_destination = false;
        for (const std::string& field : differing) {
            const bool is_tag = field.starts_with(tag_mark);
            changes_destination = changes_destination || !is_tag;
            if (is_tag && wanted_.contains(field))
                added.tags.push_back({field.substr(tag_mark.size()), wanted_.at(field)});
            else if (is_tag)
                removed.tag_keys.push_back(field.substr(tag_mark.size()));
        }
        aws::Answer<void> done;
        if (!added.tags.empty()) done = co_await calls.run<TagDeliveryStreamOp>(std::move(added));
        if (done && !removed.tag_keys.empty())
            done = co_await calls.run<UntagDeliveryStreamOp>(std::move(removed));
        if (!done || !changes_destination) co_return done;
        UpdateDestinationInput input;
        input.delivery_stream_name = name_;
        input.current_delivery_stream_version_id = version_;
        input.destination_id = destination_id_;
        auto& s3 = input.extended_s3_destination_update.emplace();
        fill(s3);
        s3.processing_configuration = newline_processing(adds_newline_);
        done = co_await calls.run<UpdateDestinationOp>(std::move(input));
        co_return done;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteDeliveryStreamOp>({.delivery_stream_name = name_});
        co_return removed;
    }

  private:
    /// The table that is named, or the one of the file in whose location the objects come; "" when
    /// there is none.
    std::string registering_table(Section& section, const Surroundings& surroundings) {
        const std::string named = section.text("register_partitions", "true");
        if (named == "false") return "";
        if (named != "true") return named;
        const auto found =
            tables_below(surroundings.tables, section.text("bucket", ""), wanted_["prefix"]);
        if (found.size() > 1)
            section.wrong("prefix", fmt::format("its partitions could be those of {}: give one as "
                                                "'register_partitions', or false",
                                                fmt::join(found, " or ")));
        if (found.empty() && section.has("register_partitions"))
            section.wrong("register_partitions",
                          "the prefix has no folders 'key=value' of the partitions of a table "
                          "of this file, in its location");
        return found.empty() ? "" : found.front();
    }

    template <class Configuration>
    void fill(Configuration& s3) const {
        s3.role_arn = wanted_.at("role");
        s3.bucket_arn = wanted_.at("bucket");
        s3.prefix = wanted_.at("prefix");
        s3.error_output_prefix = wanted_.at("error_prefix");
        s3.buffering_hints.emplace() = {size_mib_, interval_s_};
        s3.compression_format = wanted_.at("compression");
        fill_conversion(s3.data_format_conversion_configuration.emplace());
    }

    /// `format`, `schema` and `input`; the last is a tag where records are not JSON.
    void read_conversion(Section& section) {
        const std::string format = section.word("format", {"", "parquet", "orc"}, "");
        const std::string schema = section.text("schema", "");
        const std::string input = section.text("input", "");
        if (format.empty() && !(schema.empty() && input.empty()))
            section.wrong(schema.empty() ? "input" : "schema", "is given without a format");
        const auto dot = schema.find('.');
        if (!format.empty() && (dot == std::string::npos || dot == 0 || dot + 1 == schema.size()))
            section.wrong("schema", "must be database.table: the columns of the files");
        wanted_["format"] = format;
        wanted_["schema"] = schema;
        const bool is_json = input.empty() || input == "json" || input == "hive_json";
        wanted_["input"] = format.empty() ? "" : input == "hive_json" ? "hive_json" : "json";
        if (!is_json) wanted_[tag_mark + delivery::input_tag] = input;
    }

    void fill_conversion(DataFormatConversionConfiguration& conversion) const {
        const std::string& schema = wanted_.at("schema");
        conversion.enabled = !wanted_.at("format").empty();
        if (!*conversion.enabled) return;
        auto& place = conversion.schema_configuration.emplace();
        const auto dot = schema.find('.');
        place.role_arn = wanted_.at("role");
        place.database_name = schema.substr(0, dot);
        place.table_name = schema.substr(dot + 1);
        auto& input = conversion.input_format_configuration.emplace().deserializer.emplace();
        if (wanted_.at("input") == "hive_json")
            input.hive_json_ser_de.emplace();
        else
            input.open_x_json_ser_de.emplace();
        auto& output = conversion.output_format_configuration.emplace().serializer.emplace();
        if (wanted_.at("format") == "orc")
            output.orc_ser_de.emplace();
        else
            output.parquet_ser_de.emplace();
    }

    static void describe(const DataFormatConversionConfiguration& conversion, Fields& is) {
        if (!conversion.enabled.value_or(false)) return;
        const auto& output = conversion.output_format_configuration;
        const bool is_orc = output && output->serializer && output->serializer->orc_ser_de;
        is["format"] = is_orc ? "orc" : "parquet";
        if (const auto& place = conversion.schema_configuration)
            is["schema"] = place->database_name.value_or("") + "." + place->table_name.value_or("");
        const auto& input = conversion.input_format_configuration;
        const bool is_hive = input && input->deserializer && input->deserializer->hive_json_ser_de;
        is["input"] = is_hive ? "hive_json" : "json";
    }

    void describe(const DestinationDescription& destination, Fields& is) {
        destination_id_ = destination.destination_id;
        if (!destination.extended_s3_destination_description) return;
        const auto& s3 = *destination.extended_s3_destination_description;
        is["role"] = s3.role_arn;
        is["bucket"] = s3.bucket_arn;
        is["prefix"] = s3.prefix.value_or("");
        is["error_prefix"] = s3.error_output_prefix.value_or("");
        is["buffer_mib"] = std::to_string(s3.buffering_hints.size_in_mbs.value_or(0));
        is["buffer_s"] = std::to_string(s3.buffering_hints.interval_in_seconds.value_or(0));
        is["compression"] = s3.compression_format;
        if (s3.data_format_conversion_configuration)
            describe(*s3.data_format_conversion_configuration, is);
        const bool adds_newline = s3.processing_configuration &&
                                  s3.processing_configuration->enabled.value_or(false) &&
                                  s3.processing_configuration->processors &&
                                  !s3.processing_configuration->processors->empty();
        is["newline"] = adds_newline ? "true" : "false";
    }

    std::string name_, version_, destination_id_;
    Fields wanted_;
    Need source_;
    int size_mib_, interval_s_;
    bool adds_newline_;
};

}  // namespace

std::unique_ptr<Resource> read_delivery_stream(std::string name, Section& section,
                                               const Surroundings& surroundings) {
    return std::make_unique<DeliveryResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
