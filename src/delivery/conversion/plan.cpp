#include "delivery/conversion/plan.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"
#include "base/text/time_pattern.h"
#include "delivery/errors.h"
#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

constexpr std::string_view mapping_prefix = "ColumnToJsonKeyMappings.";
constexpr std::string_view pattern_letters = "yYMdDEHhmsSaZz";  ///< of Joda's that are read

Failure refuse(std::string why) { return fail(Errc::invalid_argument, std::move(why)); }

bool is_true(std::string_view text) { return text == "true"; }

Result<> check_time_format(const std::string& format) {
    if (format == "millis") return {};
    std::string_view rest = format;
    while (!rest.empty()) {
        const PatternPart part = take_pattern_part(rest);
        if (part.is_cut)
            return refuse(fmt::format("The TimestampFormat {} does not end its quotes", format));
        if (part.letter != '\0' && !pattern_letters.contains(part.letter))
            return refuse(fmt::format("The letter {} of the TimestampFormat {} is not supported",
                                      part.letter, format));
    }
    return {};
}

Result<RecordFormat> record_format_of(const Serde& serde) {
    RecordFormat made;
    made.kind = serde.kind == SerdeKind::hive_json ? RecordFormat::Kind::hive_json
                                                   : RecordFormat::Kind::openx_json;
    for (const auto& [name, value] : serde.members) {
        if (name == "CaseInsensitive") {
            made.is_case_insensitive = is_true(value);
        } else if (name == "ConvertDotsInJsonKeysToUnderscores") {
            made.converts_dots = is_true(value);
        } else if (name == "TimestampFormats") {
            if (auto good = check_time_format(value); !good) return pass(good);
            made.timestamp_formats.push_back(value);
        } else {
            FRESHET_CHECK(name.starts_with(mapping_prefix));  // the rim names no others
            made.mappings[name.substr(mapping_prefix.size())] = value;
        }
    }
    return made;
}

/// "csv" or "database.table".
Result<RecordFormat> record_format_of(const std::string& tag) {
    RecordFormat made;
    made.kind = RecordFormat::Kind::csv;
    if (tag == "csv") return made;
    const auto dot = tag.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == tag.size())
        return refuse(fmt::format("The tag {} must be csv or database.table: {}", input_tag, tag));
    made.kind = RecordFormat::Kind::table;
    made.database = tag.substr(0, dot);
    made.table = tag.substr(dot + 1);
    return made;
}

FileOptions parquet_options(const Serde& serde) {
    FileOptions made;
    for (const auto& [name, value] : serde.members) {
        if (name == "BlockSizeBytes") {
            std::from_chars(value.data(), value.data() + value.size(), made.block_bytes);
        } else if (name == "Compression") {
            made.compression = value == "GZIP"           ? sql::plan::Compression::gzip
                               : value == "UNCOMPRESSED" ? sql::plan::Compression::none
                                                         : sql::plan::Compression::snappy;
        } else if (name == "EnableDictionaryCompression") {
            made.has_dictionaries = is_true(value);
        } else if (name == "WriterVersion") {
            made.writer_version = value == "V2" ? 2 : 1;
        }
    }
    return made;
}

double number_of(const std::string& text) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// Padding to blocks of HDFS changes nothing that a reader of an object sees: it is not done.
Result<FileOptions> orc_options(const Serde& serde) {
    FileOptions made;
    made.format = sql::plan::FileFormat::orc;
    for (const auto& [name, value] : serde.members) {
        if (name == "StripeSizeBytes") {
            std::from_chars(value.data(), value.data() + value.size(), made.orc.stripe_bytes);
        } else if (name == "RowIndexStride") {
            std::from_chars(value.data(), value.data() + value.size(), made.orc.row_index_stride);
        } else if (name == "Compression") {
            made.compression = value == "ZLIB"   ? sql::plan::Compression::gzip
                               : value == "NONE" ? sql::plan::Compression::none
                                                 : sql::plan::Compression::snappy;
        } else if (name == "BloomFilterColumns") {
            made.bloom_columns.push_back(value);
        } else if (name == "BloomFilterFalsePositiveProbability") {
            made.orc.bloom_false_positives = number_of(value);
        } else if (name == "DictionaryKeyThreshold") {
            made.orc.dictionary_threshold = number_of(value);
        } else if (name == "FormatVersion") {
            made.orc.is_version_0_11 = value == "V0_11";
        }
    }
    const double probability = made.orc.bloom_false_positives;
    if (!made.bloom_columns.empty() && (probability <= 0 || probability >= 1))
        return refuse(
            "OrcSerDe.BloomFilterFalsePositiveProbability must be more than 0 and less than 1 when "
            "BloomFilterColumns are given.");
    if (made.orc.row_index_stride > limits::orc_stride_max)
        return refuse(
            fmt::format("OrcSerDe.RowIndexStride must be at most {}: each bloom filter "
                        "is made for so many rows.",
                        limits::orc_stride_max));
    made.orc.stripe_bytes = std::min(made.orc.stripe_bytes, limits::orc_stripe_bytes_max);
    return made;
}

}  // namespace

std::string input_of(const std::map<std::string, std::string>& tags) {
    const auto tag = tags.find(input_tag);
    return tag == tags.end() ? "" : tag->second;
}

/// In AWS's order: compression, size, then what must be there.
Result<ConversionPlan> conversion_plan_of(const Destination& destination,
                                          const std::string& input) {
    FRESHET_CHECK(destination.options.is_converting());
    const Conversion& given = *destination.options.conversion;
    if (destination.compression != Compression::none)
        return refuse(
            "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled.");
    if (destination.buffer_mib < limits::large_buffer_mib_min)
        return refuse(
            fmt::format("BufferingHints.SizeInMBs must be at least {} when data format "
                        "conversion is enabled.",
                        limits::large_buffer_mib_min));
    const auto missing = [](const char* what) {
        return refuse(
            fmt::format("{} must be specified when data format conversion is enabled.", what));
    };
    if (!given.input) return missing("InputFormatConfiguration.Deserializer");
    if (!given.output) return missing("OutputFormatConfiguration.Serializer");
    if (!given.schema) return missing("SchemaConfiguration");
    const SchemaPlace& schema = *given.schema;
    if (!schema.role) return missing("SchemaConfiguration.RoleARN");
    if (!schema.database) return missing("SchemaConfiguration.DatabaseName");
    if (!schema.table) return missing("SchemaConfiguration.TableName");
    ConversionPlan plan;
    plan.schema = schema;
    FRESHET_TRY(read, input.empty() ? record_format_of(*given.input) : record_format_of(input));
    plan.input = std::move(*read);
    if (given.output->kind != SerdeKind::orc) {
        plan.output = parquet_options(*given.output);
        return plan;
    }
    FRESHET_TRY(output, orc_options(*given.output));
    plan.output = std::move(*output);
    return plan;
}

}  // namespace freshet::delivery
