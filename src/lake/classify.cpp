#include "lake/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "base/check.h"
#include "lake/formats/custom.h"
#include "lake/formats/grok.h"
#include "lake/formats/lines.h"
#include "lake/formats/unpack.h"
#include "lake/formats/xml.h"
#include "record/avro/avro_schema.h"
#include "record/decode.h"
#include "record/json/json_shape.h"
#include "record/orc/orc_schema.h"
#include "record/parquet/parquet_schema.h"

namespace freshet::lake {
namespace {

std::string hive_type(const record::Type& type) {
    using record::Kind;
    if (type.kind == Kind::integer || type.kind == Kind::bigint) return "bigint";
    if (type.kind == Kind::dbl) return "double";
    return type.kind == Kind::boolean ? "boolean" : "string";
}

std::string wider(const std::string& a, const std::string& b) {
    if (a == b) return a;
    const auto is_number = [](const std::string& type) {
        return type == "bigint" || type == "double";
    };
    return is_number(a) && is_number(b) ? "double" : "string";
}

/// Parquet's columns have types; a query reads the narrower of a kind as the wider and no others.
std::optional<std::string> wider_parquet(const std::string& a, const std::string& b) {
    static constexpr std::string_view kinds[][4] = {{"tinyint", "smallint", "int", "bigint"},
                                                    {"float", "double", "", ""}};
    if (a == b) return a;
    for (const auto& kind : kinds) {
        const auto* const first = std::ranges::find(kind, a);
        const auto* const second = std::ranges::find(kind, b);
        if (first != std::end(kind) && second != std::end(kind))
            return std::string(*std::max(first, second));
    }
    return std::nullopt;
}

bool begins_as_json(std::string_view data) {
    if (data.starts_with("\xef\xbb\xbf")) data.remove_prefix(3);
    const std::size_t first = data.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (data[first] == '{' || data[first] == '[');
}

std::expected<Classified, std::string> classify_json(std::string_view data, bool is_whole) {
    auto shape = record::read_json_shape(data, is_whole);
    if (!shape) return pass(shape);
    Classified made;
    made.format.classification = "json";
    for (record::JsonColumn& column : shape->columns)
        made.format.columns.push_back({std::move(column.name), std::move(column.type)});
    made.reason = fmt::format("{} JSON documents with {} members", shape->documents,
                              made.format.columns.size());
    if (shape->damaged > 0)
        made.reason += fmt::format(
            "; {} lines are no JSON: queries fail at them without ignore.malformed.json",
            shape->damaged);
    if (shape->not_lines > 0)
        made.reason += fmt::format(
            "; {} of the documents are not one line each: queries fail, as Athena reads one "
            "document a line",
            shape->not_lines);
    if (!shape->left_out.empty())
        made.reason +=
            fmt::format("; {} members have names that no column can have", shape->left_out.size());
    return made;
}

std::expected<Classified, std::string> classify_csv(Bytes data, bool is_whole) {
    if (!is_whole) data = data.slice(0, data.view().rfind('\n') + 1);  // the last row is cut
    auto found = record::discover({data});
    if (!found) return std::unexpected(found.error().message());
    const record::Schema& schema = found->schema;
    if (schema.format.is_json) return std::unexpected("it is JSON, and no document of it is whole");
    if (schema.columns.size() < 2)
        return std::unexpected("rows of one column are not taken for CSV");
    Classified made;
    Format& format = made.format;
    format.classification = "csv";
    format.delimiter = schema.format.column_delimiter[0];
    format.has_header = found->has_header;
    format.is_quoted = data.view().find('"') != std::string_view::npos;
    for (std::size_t i = 0; i < schema.columns.size(); ++i)
        format.columns.push_back(
            {format.has_header ? safe_name(found->rows[0][i], i) : fmt::format("col{}", i),
             hive_type(schema.columns[i].type)});
    make_distinct(format.columns);
    made.reason = fmt::format(
        "{} rows of {} cells between '{}'{}{}", found->rows.size(), format.columns.size(),
        format.delimiter,
        format.has_header
            ? ", the first of which names the columns: it is all text where numbers follow"
            : ", no header: the first row looks like the others",
        format.is_quoted ? ", with quotes" : "");
    return made;
}

/// The error when files of these columns cannot be rows of one table: cells have no names, so that
/// the columns of one must be the first of the other, and without headers all of them.
std::expected<void, std::string> merge_csv(Format& into, const Format& other) {
    const std::size_t both = std::min(into.columns.size(), other.columns.size());
    const bool is_longer =
        into.has_header && other.has_header &&
        std::ranges::equal(
            into.columns.begin(), into.columns.begin() + static_cast<std::ptrdiff_t>(both),
            other.columns.begin(), other.columns.begin() + static_cast<std::ptrdiff_t>(both), {},
            &Column::name, &Column::name);
    if (into.delimiter != other.delimiter ||
        (into.columns.size() != other.columns.size() && !is_longer))
        return std::unexpected(fmt::format(
            "it has {} columns between '{}', the table {} between '{}'", other.columns.size(),
            other.delimiter, into.columns.size(), into.delimiter));
    for (std::size_t i = 0; i < both; ++i)
        into.columns[i].type = wider(into.columns[i].type, other.columns[i].type);
    for (std::size_t i = both; i < other.columns.size(); ++i)
        into.columns.push_back(other.columns[i]);
    into.has_header = into.has_header && other.has_header;
    return {};
}

std::expected<Classified, std::string> classify_avro(std::string_view front) {
    auto schema = record::read_avro_schema(front);
    if (!schema) return pass(schema);
    Classified made;
    made.format.classification = "avro";
    made.format.particulars[particular::avro_schema] = schema->literal;
    made.reason =
        fmt::format("{} fields by its schema, codec {}", schema->columns.size(), schema->codec);
    for (record::AvroColumn& column : schema->columns)
        made.format.columns.push_back({std::move(column.name), std::move(column.type)});
    for (Column& column : made.format.columns) column.name = safe_name(column.name, 0);
    make_distinct(made.format.columns);
    return made;
}

/// A log whose every line fits one of the patterns.
std::optional<Classified> classify_log(std::string_view text, bool is_whole) {
    static const std::vector<std::pair<LogFormat, Grok>> formats = [] {
        std::vector<std::pair<LogFormat, Grok>> made;
        for (const LogFormat& format : log_formats()) {
            auto grok = Grok::make(format.pattern, "");
            FRESHET_CHECK(grok);  // the pattern is ours
            made.emplace_back(format, std::move(*grok));
        }
        return made;
    }();
    for (const auto& [format, grok] : formats) {
        const Lines lines = count_lines(grok, text, is_whole);
        if (lines.all == 0 || lines.matched < lines.all) continue;
        Classified made;
        made.format.classification = format.classification;
        made.format.columns = grok.columns();
        made.format.particulars[particular::grok_pattern] = format.pattern;
        made.reason = fmt::format("all {} lines are of such a log", lines.all);
        return made;
    }
    return std::nullopt;
}

/// AWS's order: avro, json, xml, the logs, csv. Formats that are read by their end are not here.
std::expected<Classified, std::string> classify_built_in(const Bytes& data, bool is_whole) {
    if (data.view().starts_with(record::avro_magic)) return classify_avro(data.view());
    if (begins_as_json(data.view())) {
        auto made = classify_json(data.view(), is_whole);
        if (made || made.error() == record::json_cut) return made;
        auto csv = classify_csv(data, is_whole);
        if (csv) return csv;
        return made;
    }
    if (begins_as_xml(data.view()))
        return std::unexpected(std::string(
            "it is XML: a classifier that names the element of its rows makes a table of it"));
    if (auto log = classify_log(data.view(), is_whole)) return std::move(*log);
    return classify_csv(data, is_whole);
}

std::expected<Classified, std::string> classify_text(const Bytes& data, bool is_whole,
                                                     const std::vector<CustomClassifier>& customs) {
    Verdict best;
    std::string said;  // by the customs that are not sure
    for (const CustomClassifier& custom : customs) {
        Verdict verdict = judge(custom, data, is_whole);
        if (verdict.reason == record::json_cut && begins_as_json(data.view()))
            return std::unexpected(std::string(record::json_cut));
        if (verdict.certainty == 0) {
            said += fmt::format("; not by classifier {}: {}", custom.key.name, verdict.reason);
            continue;
        }
        verdict.classified.reason =
            fmt::format("by classifier {}: {}", custom.key.name, verdict.classified.reason);
        if (verdict.certainty == 1) {
            verdict.classified.reason += said;
            return std::move(verdict.classified);
        }
        if (verdict.certainty > best.certainty) best = std::move(verdict);
    }
    auto made = classify_built_in(data, is_whole);
    if (!made && made.error() != record::json_cut && best.certainty > 0) {
        best.classified.reason += said;
        return std::move(best.classified);
    }
    if (made)
        made->reason += said;
    else if (made.error() != record::json_cut)
        made.error() += said;
    return made;
}

}  // namespace

void make_distinct(std::vector<Column>& columns) {
    std::set<std::string> seen;
    for (Column& column : columns) {
        std::string name = column.name;
        for (int i = 1; !seen.insert(name).second; ++i) name = fmt::format("{}_{}", column.name, i);
        column.name = name;
    }
}

std::string safe_name(std::string_view name, std::size_t position) {
    std::string safe;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) && byte < 0x80)
            safe += static_cast<char>(std::tolower(byte));
        else if (!safe.empty() && safe.back() != '_')
            safe += '_';
    }
    while (safe.ends_with('_')) safe.pop_back();
    return safe.empty() ? fmt::format("col{}", position) : safe;
}

std::expected<Classified, std::string> classify(const Bytes& sample, bool is_whole,
                                                std::size_t bytes_max,
                                                const std::vector<CustomClassifier>& customs) {
    auto unpacked = unpack(sample, is_whole, bytes_max);
    if (!unpacked) return pass(unpacked);
    if (!unpacked->compression.empty() && begins_as_parquet(unpacked->data.view()))
        return std::unexpected(
            fmt::format("it is Parquet inside {}, which no engine reads", unpacked->compression));
    auto made = classify_text(unpacked->data, unpacked->is_whole, customs);
    if (made) {
        made->format.compression = unpacked->compression;
        if (!unpacked->compression.empty()) made->reason += ", inside " + unpacked->compression;
    }
    return made;
}

bool begins_as_parquet(std::string_view front) { return front.starts_with("PAR1"); }

bool is_read_by_end(std::string_view front) {
    return begins_as_parquet(front) || front.starts_with(record::orc_magic);
}

namespace {

/// Names stay the file's, by which a query finds the column; Hive knows no upper case. Those whose
/// name another column has are left out, and said in the reason.
template <class Columns>
void take_columns(Columns& columns, Classified& made) {
    std::vector<std::string> twins;
    for (auto& column : columns) {
        std::ranges::transform(column.name, column.name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        if (std::ranges::find(made.format.columns, column.name, &Column::name) !=
            made.format.columns.end())
            twins.push_back(column.name);
        else
            made.format.columns.push_back({std::move(column.name), std::move(column.type)});
    }
    if (!twins.empty())
        made.reason +=
            fmt::format("; left out, another column has the name: {}", fmt::join(twins, ", "));
}

}  // namespace

std::expected<Classified, std::string> classify_orc(std::string_view footer) {
    auto schema = record::read_orc_schema(footer);
    if (!schema) return pass(schema);
    Classified made;
    made.format.classification = "orc";
    made.reason =
        fmt::format("{} columns and {} rows by its footer", schema->columns.size(), schema->rows);
    take_columns(schema->columns, made);
    return made;
}

std::expected<Classified, std::string> classify_parquet(std::string_view metadata) {
    auto schema = record::read_parquet_schema(metadata);
    if (!schema) return pass(schema);
    Classified made;
    made.format.classification = "parquet";
    made.reason =
        fmt::format("{} columns and {} rows by its metadata", schema->columns.size(), schema->rows);
    take_columns(schema->columns, made);
    return made;
}

std::expected<Format, std::string> merged(const Format& a, const Format& b) {
    if (a.classification != b.classification)
        return std::unexpected(
            fmt::format("it is {}, the table is {}", b.classification, a.classification));
    for (const auto& [name, value] : a.particulars) {
        const auto other = b.particulars.find(name);
        if (name != particular::avro_schema &&
            (other == b.particulars.end() || other->second != value))
            return std::unexpected(fmt::format("its {} is another one", name));
    }
    Format out = a;
    out.is_quoted = a.is_quoted || b.is_quoted;
    if (a.classification == "csv") {
        if (auto done = merge_csv(out, b); !done) return pass(done);
        return out;
    }
    for (const Column& column : b.columns) {
        const auto known = std::ranges::find(out.columns, column.name, &Column::name);
        if (known == out.columns.end()) {
            out.columns.push_back(column);
        } else if (a.classification == "json" || a.classification == "xml" ||
                   a.particulars.contains(particular::row_tag)) {
            known->type = record::merged_json_type(known->type, column.type);
        } else if (auto type = wider_parquet(known->type, column.type)) {
            known->type = std::move(*type);
        } else {
            return std::unexpected(fmt::format("its column {} is {}, the table's is {}",
                                               column.name, column.type, known->type));
        }
    }
    return out;
}

}  // namespace freshet::lake
