// Format conversion of a destination: from requests, and to descriptions. SerDes are kept as they
// were given; the service reads them (delivery/conversion/plan.h).
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "aws/services/firehose/words.h"
#include "base/check.h"

namespace freshet::aws::firehose_words {

using namespace firehose;
namespace domain = delivery;

namespace {

using domain::SerdeKind;

constexpr std::string_view list_mark = "TimestampFormats";
constexpr std::string_view bloom_mark = "BloomFilterColumns";
constexpr const char* mapping_mark = "ColumnToJsonKeyMappings.";

/// Writes members that were given as texts; fields() below names each once for both directions.
struct Keep {
    domain::Serde& serde;
    void operator()(std::string_view name, const std::optional<bool>& given) {
        if (given) add(name, *given ? "true" : "false");
    }
    void operator()(std::string_view name, const std::optional<std::int32_t>& given) {
        if (given) add(name, std::to_string(*given));
    }
    void operator()(std::string_view name, const std::optional<double>& given) {
        if (given) add(name, fmt::format("{}", *given));  // the shortest text that is the number
    }
    void operator()(std::string_view name, const std::optional<std::string>& given) {
        if (given) add(name, *given);
    }
    void operator()(std::string_view name, const std::optional<std::vector<std::string>>& given) {
        if (!given) return;
        for (const std::string& one : *given) add(name, one);
    }
    void operator()(std::string_view,
                    const std::optional<std::vector<std::pair<std::string, std::string>>>& given) {
        if (!given) return;
        for (const auto& [key, value] : *given) add(mapping_mark + key, value);
    }
    void add(std::string_view name, std::string value) {
        serde.members.emplace_back(name, std::move(value));
    }
};

/// And reads them again.
struct Show {
    const domain::Serde& serde;
    const std::string* find(std::string_view name) const {
        for (const auto& [member, value] : serde.members) {
            if (member == name) return &value;
        }
        return nullptr;
    }
    void operator()(std::string_view name, std::optional<bool>& out) const {
        if (const std::string* value = find(name)) out = *value == "true";
    }
    template <class Number>
        requires std::is_arithmetic_v<Number>
    void operator()(std::string_view name, std::optional<Number>& out) const {
        const std::string* value = find(name);
        if (!value) return;
        Number number{};
        std::from_chars(value->data(), value->data() + value->size(), number);
        out = number;
    }
    void operator()(std::string_view name, std::optional<std::string>& out) const {
        if (const std::string* value = find(name)) out = *value;
    }
    void operator()(std::string_view name, std::optional<std::vector<std::string>>& out) const {
        for (const auto& [member, value] : serde.members) {
            if (member != name) continue;
            if (!out) out.emplace();
            out->push_back(value);
        }
    }
    void operator()(std::string_view,
                    std::optional<std::vector<std::pair<std::string, std::string>>>& out) const {
        for (const auto& [member, value] : serde.members) {
            if (!member.starts_with(mapping_mark)) continue;
            if (!out) out.emplace();
            out->emplace_back(member.substr(std::string_view(mapping_mark).size()), value);
        }
    }
};

template <class Visitor, class OpenX>
    requires requires(OpenX& serde) { serde.case_insensitive; }
void fields(Visitor visit, OpenX& serde) {
    visit("ConvertDotsInJsonKeysToUnderscores", serde.convert_dots_in_json_keys_to_underscores);
    visit("CaseInsensitive", serde.case_insensitive);
    visit(mapping_mark, serde.column_to_json_key_mappings);
}
template <class Visitor, class Hive>
    requires requires(Hive& serde) { serde.timestamp_formats; }
void fields(Visitor visit, Hive& serde) {
    visit(list_mark, serde.timestamp_formats);
}
template <class Visitor, class Parquet>
    requires requires(Parquet& serde) { serde.page_size_bytes; }
void fields(Visitor visit, Parquet& serde) {
    visit("BlockSizeBytes", serde.block_size_bytes);
    visit("PageSizeBytes", serde.page_size_bytes);
    visit("Compression", serde.compression);
    visit("EnableDictionaryCompression", serde.enable_dictionary_compression);
    visit("MaxPaddingBytes", serde.max_padding_bytes);
    visit("WriterVersion", serde.writer_version);
}

template <class Visitor, class Orc>
    requires requires(Orc& serde) { serde.stripe_size_bytes; }
void fields(Visitor visit, Orc& serde) {
    visit("StripeSizeBytes", serde.stripe_size_bytes);
    visit("BlockSizeBytes", serde.block_size_bytes);
    visit("RowIndexStride", serde.row_index_stride);
    visit("EnablePadding", serde.enable_padding);
    visit("PaddingTolerance", serde.padding_tolerance);
    visit("Compression", serde.compression);
    visit(bloom_mark, serde.bloom_filter_columns);
    visit("BloomFilterFalsePositiveProbability", serde.bloom_filter_false_positive_probability);
    visit("DictionaryKeyThreshold", serde.dictionary_key_threshold);
    visit("FormatVersion", serde.format_version);
}

template <class Given>
std::optional<domain::Serde> kept(SerdeKind kind, const std::optional<Given>& given) {
    if (!given) return std::nullopt;
    domain::Serde serde{kind, {}};
    fields(Keep{serde}, *given);
    return serde;
}

template <class Out>
void show(const domain::Serde& serde, std::optional<Out>& out) {
    fields(Show{serde}, out.emplace());
}

}  // namespace

Answer<void> apply(const DataFormatConversionConfiguration& given, domain::Destination& d) {
    const bool is_on = given.enabled.value_or(true);
    const bool is_empty = !given.schema_configuration && !given.input_format_configuration &&
                          !given.output_format_configuration;
    if (!is_on && is_empty && !d.options.conversion) return {};
    if (!d.options.conversion) d.options.conversion.emplace();
    domain::Conversion& conversion = *d.options.conversion;
    conversion.is_converting = is_on;
    if (given.schema_configuration) {
        const auto& schema = *given.schema_configuration;
        conversion.schema =
            domain::SchemaPlace{schema.role_arn,   schema.catalog_id, schema.database_name,
                                schema.table_name, schema.region,     schema.version_id};
    }
    if (given.input_format_configuration) {
        const auto deserializer =
            given.input_format_configuration->deserializer.value_or(Deserializer());
        auto one = kept(SerdeKind::openx_json, deserializer.open_x_json_ser_de);
        auto other = kept(SerdeKind::hive_json, deserializer.hive_json_ser_de);
        if (one && other)
            return refuse("InvalidArgumentException", "Exactly one Deserializer must be specified");
        conversion.input = one ? std::move(one) : std::move(other);
    }
    if (given.output_format_configuration) {
        const auto serializer =
            given.output_format_configuration->serializer.value_or(Serializer());
        auto one = kept(SerdeKind::parquet, serializer.parquet_ser_de);
        auto other = kept(SerdeKind::orc, serializer.orc_ser_de);
        if (one && other)
            return refuse("InvalidArgumentException", "Exactly one Serializer must be specified");
        conversion.output = one ? std::move(one) : std::move(other);
    }
    return {};
}

void describe(const domain::Destination& d, DataFormatConversionConfiguration& out) {
    out.enabled = d.options.is_converting();
    if (!d.options.conversion) return;
    const domain::Conversion& conversion = *d.options.conversion;
    if (conversion.schema) {
        const domain::SchemaPlace& schema = *conversion.schema;
        auto& shown = out.schema_configuration.emplace();
        shown = {schema.role,  schema.catalog, schema.database,
                 schema.table, schema.region,  schema.version.value_or("LATEST")};
    }
    if (conversion.input) {
        auto& shown = out.input_format_configuration.emplace().deserializer.emplace();
        if (conversion.input->kind == SerdeKind::hive_json)
            show(*conversion.input, shown.hive_json_ser_de);
        else
            show(*conversion.input, shown.open_x_json_ser_de);
    }
    if (conversion.output) {
        auto& shown = out.output_format_configuration.emplace().serializer.emplace();
        if (conversion.output->kind == SerdeKind::orc)
            show(*conversion.output, shown.orc_ser_de);
        else
            show(*conversion.output, shown.parquet_ser_de);
    }
}

}  // namespace freshet::aws::firehose_words
