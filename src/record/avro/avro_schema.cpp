#include "record/avro/avro_schema.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <limits>
#include <map>
#include <optional>

#include "base/error.h"

namespace freshet::record {
namespace {

using simdjson::dom::element;

constexpr int nesting_max = 30;
constexpr std::size_t type_bytes_max = 131072;  // Glue: a column's type

/// Avro's primitives, taken off the front of a text.
class Front {
  public:
    explicit Front(std::string_view text) : left_(text) {}
    std::optional<std::int64_t> number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(left_[0]);
            left_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
        }
        return std::nullopt;
    }
    std::optional<std::string_view> bytes() {
        const auto size = number();
        if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > left_.size())
            return std::nullopt;
        const std::string_view taken = left_.substr(0, static_cast<std::size_t>(*size));
        left_.remove_prefix(taken.size());
        return taken;
    }

  private:
    std::string_view left_;
};

/// The metadata of the header; nothing when it is cut or damaged.
std::optional<std::map<std::string, std::string>> metadata_of(std::string_view text) {
    Front front(text);
    std::map<std::string, std::string> all;
    while (true) {
        auto count = front.number();
        if (!count || *count == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
        if (*count == 0) return all;
        if (*count < 0) {  // the size of the block in bytes follows
            if (!front.number()) return std::nullopt;
            *count = -*count;
        }
        for (std::int64_t i = 0; i < *count; ++i) {
            const auto key = front.bytes();
            const auto value = key ? front.bytes() : std::nullopt;
            if (!value) return std::nullopt;
            all.insert_or_assign(std::string(*key), std::string(*value));
        }
    }
}

class Types {
  public:
    std::string type_of(const element& schema, int depth) {
        if (depth > nesting_max) return "string";
        std::string_view name;
        if (schema.get(name) == simdjson::SUCCESS) return named(name);
        simdjson::dom::array branches;
        if (schema.get(branches) == simdjson::SUCCESS) return union_of(branches, depth);
        element type;
        if (schema["type"].get(type) != simdjson::SUCCESS) return "string";
        if (type.get(name) != simdjson::SUCCESS) return type_of(type, depth + 1);
        return complex(schema, name, depth);
    }

    std::vector<AvroColumn> columns(const element& record) {
        remember(record, "string");  // a record that holds itself
        return nested(record, 0);
    }

  private:
    std::string named(std::string_view name) const {
        static const std::map<std::string_view, std::string> primitive{
            {"boolean", "boolean"}, {"int", "int"},      {"long", "bigint"},   {"float", "float"},
            {"double", "double"},   {"bytes", "binary"}, {"string", "string"}, {"null", "string"}};
        if (const auto found = primitive.find(name); found != primitive.end()) return found->second;
        const auto known = known_.find(std::string(name.substr(name.rfind('.') + 1)));
        return known == known_.end() ? "string" : known->second;
    }

    void remember(const element& schema, std::string type) {
        std::string_view name;
        if (schema["name"].get(name) == simdjson::SUCCESS)
            known_[std::string(name.substr(name.rfind('.') + 1))] = std::move(type);
    }

    std::string union_of(const simdjson::dom::array& branches, int depth) {
        std::vector<std::string> types;
        std::size_t bytes = 0;
        for (const element branch : branches) {
            std::string_view name;
            const bool is_null = branch.get(name) == simdjson::SUCCESS && name == "null";
            if (is_null) continue;
            types.push_back(type_of(branch, depth + 1));
            bytes += types.back().size();
            if (bytes > type_bytes_max) return "string";
        }
        if (types.empty()) return "string";
        if (types.size() == 1) return types[0];
        return fmt::format("uniontype<{}>", fmt::join(types, ","));
    }

    static std::string logical(const element& schema, std::string otherwise) {
        std::string_view name;
        if (schema["logicalType"].get(name) != simdjson::SUCCESS) return otherwise;
        if (name == "date" && otherwise == "int") return "date";
        if (name == "timestamp-millis" && otherwise == "bigint") return "timestamp";
        std::int64_t precision = 0, scale = 0;
        if (name != "decimal" || otherwise != "binary" ||
            schema["precision"].get(precision) != simdjson::SUCCESS)
            return otherwise;
        if (schema["scale"].get(scale) != simdjson::SUCCESS) scale = 0;
        return fmt::format("decimal({},{})", precision, scale);
    }

    std::string complex(const element& schema, std::string_view kind, int depth) {
        if (kind == "record") {
            remember(schema, "string");
            std::string fields;
            for (const AvroColumn& column : nested(schema, depth)) {
                fields += (fields.empty() ? "" : ",") + column.name + ":" + column.type;
                if (fields.size() > type_bytes_max) break;
            }
            std::string type = fields.empty() ? "string" : "struct<" + fields + ">";
            if (type.size() > type_bytes_max) type = "string";
            remember(schema, type);
            return type;
        }
        element inner;
        if (kind == "array" && schema["items"].get(inner) == simdjson::SUCCESS)
            return "array<" + type_of(inner, depth + 1) + ">";
        if (kind == "map" && schema["values"].get(inner) == simdjson::SUCCESS)
            return "map<string," + type_of(inner, depth + 1) + ">";
        if (kind == "enum" || kind == "fixed") {
            std::string type = kind == "enum" ? "string" : logical(schema, "binary");
            remember(schema, type);
            return type;
        }
        return logical(schema, named(kind));
    }

    std::string short_type(const element& schema, int depth) {
        std::string type = type_of(schema, depth);
        return type.size() > type_bytes_max ? "string" : type;
    }

    std::vector<AvroColumn> nested(const element& record, int depth) {
        std::vector<AvroColumn> all;
        simdjson::dom::array fields;
        if (record["fields"].get(fields) != simdjson::SUCCESS) return all;
        for (const element field : fields) {
            std::string_view name;
            element type;
            if (field["name"].get(name) == simdjson::SUCCESS &&
                field["type"].get(type) == simdjson::SUCCESS)
                all.push_back({std::string(name), short_type(type, depth + 1)});
        }
        return all;
    }

    std::map<std::string, std::string> known_;  ///< by the last part of the name
};

}  // namespace

std::expected<AvroSchema, std::string> read_avro_schema(std::string_view front) {
    if (!front.starts_with(avro_magic)) return std::unexpected(std::string("it is no Avro file"));
    auto metadata = metadata_of(front.substr(avro_magic.size()));
    if (!metadata) return std::unexpected(std::string(avro_cut));
    AvroSchema out;
    out.literal = (*metadata)["avro.schema"];
    out.codec = metadata->contains("avro.codec") ? (*metadata)["avro.codec"] : "null";
    simdjson::dom::parser parser;
    element schema;
    if (parser.parse(out.literal).get(schema) != simdjson::SUCCESS)
        return std::unexpected(std::string("it is Avro, and its schema is no JSON"));
    std::string_view type;
    if (schema["type"].get(type) != simdjson::SUCCESS || type != "record")
        return std::unexpected(std::string("it is Avro, and its values are no records"));
    out.columns = Types().columns(schema);
    if (out.columns.empty())
        return std::unexpected(std::string("it is Avro, and its records have no fields"));
    return out;
}

}  // namespace freshet::record
