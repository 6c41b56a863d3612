#include "lake/classify.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "lake/limits.h"
#include "record/decode.h"
#include "record/parquet_schema.h"

namespace freshet::lake {
namespace {

bool is_gzip(std::string_view data) { return data.starts_with("\x1f\x8b"); }

/// The front of what `data` unpacks to; nothing for a stream that is damaged in its front.
std::optional<std::string> inflated(std::string_view data) {
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return std::nullopt;
    std::string out(limits::sample_bytes_max, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int state = inflate(&stream, Z_SYNC_FLUSH);
    out.resize(out.size() - stream.avail_out);
    inflateEnd(&stream);
    if ((state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) || out.empty())
        return std::nullopt;
    return out;
}

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

void make_distinct(std::vector<Column>& columns) {
    std::set<std::string> seen;
    for (Column& column : columns) {
        std::string name = column.name;
        for (int i = 1; !seen.insert(name).second; ++i) name = fmt::format("{}_{}", column.name, i);
        column.name = name;
    }
}

}  // namespace

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

std::expected<Classified, std::string> classify(const Bytes& sample, bool is_whole) {
    Classified made;
    Bytes data = sample;
    if (is_gzip(sample.view())) {
        auto text = inflated(sample.view());
        if (!text) return std::unexpected("it begins as gzip does, and cannot be unpacked");
        made.format.is_gzip = true;
        is_whole = is_whole && text->size() < limits::sample_bytes_max;
        data = Bytes::own(std::move(*text));
    }
    if (begins_as_parquet(data.view()))
        return std::unexpected("it is Parquet inside gzip, which no engine reads");
    if (!is_whole) data = data.slice(0, data.view().rfind('\n') + 1);  // the last row is cut
    auto found = record::discover({data});
    if (!found) return std::unexpected(found.error().message());
    const record::Schema& schema = found->schema;
    if (schema.format.is_json) {
        made.format.classification = "json";
        for (const record::Column& column : schema.columns) {
            // Members of members stay with their object, as one text.
            const std::string path = column.mapping.substr(2);
            const std::string name =
                safe_name(path.substr(0, path.find('.')), made.format.columns.size());
            if (path.find('.') == std::string::npos)
                made.format.columns.push_back({name, hive_type(column.type)});
            else if (made.format.columns.empty() || made.format.columns.back().name != name)
                made.format.columns.push_back({name, "string"});
        }
        make_distinct(made.format.columns);
        made.reason = fmt::format("{} JSON documents with {} members", found->rows.size(),
                                  made.format.columns.size());
        return made;
    }
    if (schema.columns.size() < 2)
        return std::unexpected("rows of one column are not taken for CSV");
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

bool begins_as_parquet(std::string_view front) { return front.starts_with("PAR1"); }

std::expected<Classified, std::string> classify_parquet(std::string_view metadata) {
    auto schema = record::read_parquet_schema(metadata);
    if (!schema) return std::unexpected(std::move(schema.error()));
    Classified made;
    made.format.classification = "parquet";
    std::vector<std::string> twins;
    for (record::ParquetColumn& column : schema->columns) {
        // The name stays the file's, by which a query finds the column; Hive knows no upper case.
        std::ranges::transform(column.name, column.name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        });
        if (std::ranges::find(made.format.columns, column.name, &Column::name) !=
            made.format.columns.end())
            twins.push_back(column.name);
        else
            made.format.columns.push_back({std::move(column.name), std::move(column.type)});
    }
    made.reason = fmt::format(
        "{} columns and {} rows by its metadata{}", made.format.columns.size(), schema->rows,
        twins.empty()
            ? ""
            : fmt::format("; left out, another column has the name: {}", fmt::join(twins, ", ")));
    return made;
}

std::expected<Format, std::string> merged(const Format& a, const Format& b) {
    if (a.classification != b.classification)
        return std::unexpected(
            fmt::format("it is {}, the table is {}", b.classification, a.classification));
    Format out = a;
    out.is_quoted = a.is_quoted || b.is_quoted;
    out.has_header = a.has_header && b.has_header;
    if (a.classification == "csv") {
        if (a.delimiter != b.delimiter || a.columns.size() != b.columns.size())
            return std::unexpected(
                fmt::format("it has {} columns between '{}', the table {} between '{}'",
                            b.columns.size(), b.delimiter, a.columns.size(), a.delimiter));
        for (std::size_t i = 0; i < a.columns.size(); ++i)
            out.columns[i].type = wider(a.columns[i].type, b.columns[i].type);
        return out;
    }
    for (const Column& column : b.columns) {
        const auto known = std::ranges::find(out.columns, column.name, &Column::name);
        if (known == out.columns.end()) {
            out.columns.push_back(column);
        } else if (a.classification != "parquet") {
            known->type = wider(known->type, column.type);
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
