#include "record/parquet/parquet_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/error.h"
#include "record/parquet/thrift_compact.h"

namespace freshet::record {
namespace {

using Kind = ThriftReader::Kind;

constexpr std::size_t elements_max = 20'000;
constexpr std::size_t name_bytes_max = 1024;
constexpr int depth_max = 32;

// Numbers of the format's parquet.thrift.
enum class Physical { boolean, int32, int64, int96, float_, double_, bytes, fixed };
enum class Repetition { required, optional, repeated };

/// What the converted and the logical type say, which say the same in two generations.
enum class Meaning {
    none,
    text,
    json,
    binary,
    map,
    list,
    decimal,
    date,
    time,
    timestamp,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16
};

struct Element {
    std::optional<Physical> physical;  ///< a group has none
    Repetition repetition = Repetition::required;
    std::string_view name;
    std::int64_t children = 0;
    Meaning meaning = Meaning::none;
    std::int64_t scale = 0, precision = 0;
};

Meaning converted_meaning(std::int64_t number) {
    using enum Meaning;
    static constexpr Meaning meanings[] = {text /*UTF8*/, map,           none /*MAP_KEY_VALUE*/,
                                           list,          text /*ENUM*/, decimal,
                                           date,          time,          time,
                                           timestamp,     timestamp,     uint8,
                                           uint16,        uint32,        uint64,
                                           int8,          int16,         int32,
                                           int64,         json,          binary /*BSON*/,
                                           binary /*INTERVAL*/};
    const bool is_known = number >= 0 && static_cast<std::size_t>(number) < std::size(meanings);
    return is_known ? meanings[number] : none;
}

/// The annotation INTEGER: its width and whether it has a sign.
Meaning integer_meaning(ThriftReader& in) {
    unsigned width = 0;
    bool is_signed = true;
    for (int last = 0; in.is_good();) {
        const auto field = in.field(last);
        if (field.kind == Kind::stop) break;
        last = field.id;
        if (field.id == 1 && field.kind == Kind::byte)
            width = in.byte();
        else if (field.id == 2 && (field.kind == Kind::yes || field.kind == Kind::no))
            is_signed = field.kind == Kind::yes;
        else
            in.skip(field.kind);
    }
    using enum Meaning;
    if (width == 8) return is_signed ? int8 : uint8;
    if (width == 16) return is_signed ? int16 : uint16;
    if (width == 32) return is_signed ? int32 : uint32;
    return is_signed ? int64 : uint64;
}

void read_decimal(ThriftReader& in, Element& out) {
    for (int last = 0; in.is_good();) {
        const auto field = in.field(last);
        if (field.kind == Kind::stop) break;
        last = field.id;
        if (field.id == 1 && field.kind == Kind::i32)
            out.scale = in.integer();
        else if (field.id == 2 && field.kind == Kind::i32)
            out.precision = in.integer();
        else
            in.skip(field.kind);
    }
}

/// The union LogicalType: the one field that is set says which.
void read_logical(ThriftReader& in, Element& out) {
    using enum Meaning;
    static constexpr Meaning meanings[] = {none,
                                           text,
                                           map,
                                           list,
                                           text /*ENUM*/,
                                           decimal,
                                           date,
                                           time,
                                           timestamp,
                                           none,
                                           none /*INTEGER, read below*/,
                                           none /*UNKNOWN*/,
                                           json,
                                           binary /*BSON*/,
                                           binary /*UUID*/,
                                           float16};
    for (int last = 0; in.is_good();) {
        const auto field = in.field(last);
        if (field.kind == Kind::stop) break;
        last = field.id;
        if (field.kind != Kind::structure) {
            in.skip(field.kind);
            continue;
        }
        if (static_cast<std::size_t>(field.id) < std::size(meanings) && meanings[field.id] != none)
            out.meaning = meanings[field.id];
        if (field.id == 10)
            out.meaning = integer_meaning(in);
        else if (field.id == 5)
            read_decimal(in, out);
        else
            in.skip(field.kind);
    }
}

void read_number(ThriftReader& in, int id, Element& out) {
    const std::int64_t number = in.integer();
    if (id == 1 && number >= 0 && number <= 7) out.physical = static_cast<Physical>(number);
    if (id == 1 && !out.physical) in.fail();
    if (id == 3 && (number < 0 || number > 2)) in.fail();
    if (id == 3 && in.is_good()) out.repetition = static_cast<Repetition>(number);
    if (id == 5) out.children = number;
    if (id == 6 && out.meaning == Meaning::none) out.meaning = converted_meaning(number);
    if (id == 7) out.scale = number;
    if (id == 8) out.precision = number;
}

Element read_element(ThriftReader& in) {
    Element out;
    for (int last = 0; in.is_good();) {
        const auto field = in.field(last);
        if (field.kind == Kind::stop) break;
        last = field.id;
        if (field.kind == Kind::i32)
            read_number(in, field.id, out);
        else if (field.id == 4 && field.kind == Kind::text)
            out.name = in.text();
        else if (field.id == 10 && field.kind == Kind::structure)
            read_logical(in, out);
        else
            in.skip(field.kind);
    }
    if (out.children > 0) out.physical.reset();
    return out;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return out;
}

/// Elements are in the tree's order, each group's children after it: one pass, each read once.
class Tree {
  public:
    explicit Tree(std::vector<Element> elements) : elements_(std::move(elements)) {}

    std::expected<std::vector<ParquetColumn>, std::string> columns() {
        if (elements_.empty() || elements_[0].physical)
            return std::unexpected("its Parquet schema has no root");
        const std::int64_t count = elements_[0].children;
        std::vector<ParquetColumn> out;
        for (std::int64_t i = 0; i < count && reason_.empty(); ++i) {
            if (at_ >= elements_.size()) {
                reason_ = "its Parquet schema ends too early";
                break;
            }
            std::string name(elements_[at_].name);
            std::string type = member(0);
            out.push_back({std::move(name), std::move(type)});
        }
        if (reason_.empty() && at_ != elements_.size())
            reason_ = "its Parquet schema has parts that belong to no column";
        if (reason_.empty() && out.empty()) reason_ = "its Parquet schema has no columns";
        if (!reason_.empty()) return std::unexpected(std::move(reason_));
        return out;
    }

  private:
    const Element* take(int depth) {
        if (at_ >= elements_.size()) reason_ = "its Parquet schema ends too early";
        if (depth > depth_max)
            reason_ = fmt::format("its Parquet schema is deeper than {} levels", depth_max);
        return reason_.empty() ? &elements_[at_++] : nullptr;
    }
    /// A field of a row or a struct; one that is repeated without being annotated is a list.
    std::string member(int depth) {
        const Element* element = take(depth);
        if (!element) return {};
        const std::string type = type_of(*element, depth);
        return element->repetition == Repetition::repeated ? "array<" + type + ">" : type;
    }
    std::string type_of(const Element& element, int depth) {
        if (element.physical) return scalar(element);
        if (element.meaning == Meaning::list && element.children == 1) return list(element, depth);
        if (element.meaning == Meaning::map && element.children == 1) return map(depth);
        return structure(element, depth);
    }
    std::string structure(const Element& element, int depth) {
        if (element.children <= 0)
            reason_ = fmt::format("its group {} has no fields", element.name);
        std::string out;
        for (std::int64_t i = 0; i < element.children && reason_.empty(); ++i) {
            const std::string name = at_ < elements_.size() ? lower_case(elements_[at_].name) : "";
            // Hive's types are text: a name with their marks in it cannot be said.
            if (name.find_first_of("<>:,() \t\n\r`\"'") != std::string::npos || name.empty())
                reason_ =
                    fmt::format("its field '{}' has a name that Hive's types cannot say", name);
            if (reason_.empty()) out += (i > 0 ? "," : "") + name + ":" + member(depth + 1);
        }
        return "struct<" + out + ">";
    }
    /// group (LIST) { repeated group list { element } }, and the older forms of the format's
    /// LogicalTypes.md, "Backward-compatibility rules".
    std::string list(const Element& outer, int depth) {
        const Element* repeated = take(depth + 1);
        if (!repeated) return {};
        if (repeated->repetition != Repetition::repeated)
            reason_ = fmt::format("its list {} has no repeated field", outer.name);
        const bool is_element = repeated->physical || repeated->children > 1 ||
                                repeated->name == "array" ||
                                repeated->name == std::string(outer.name) + "_tuple";
        return "array<" + (is_element ? type_of(*repeated, depth + 1) : member(depth + 2)) + ">";
    }
    std::string map(int depth) {
        const Element* entry = take(depth + 1);
        if (!entry) return {};
        if (entry->repetition != Repetition::repeated || entry->physical || entry->children != 2) {
            reason_ = fmt::format("its map {} is not made of keys and values", entry->name);
            return {};
        }
        const std::string key = member(depth + 2);
        return "map<" + key + "," + member(depth + 2) + ">";
    }
    std::string decimal(const Element& element) {
        if (element.precision < 1 || element.precision > 38 || element.scale < 0 ||
            element.scale > element.precision)
            reason_ =
                fmt::format("its column {} is decimal({},{}), and Hive's have 38 digits at most",
                            element.name, element.precision, element.scale);
        return fmt::format("decimal({},{})", element.precision, element.scale);
    }
    std::string scalar(const Element& element) {
        switch (element.meaning) {
            case Meaning::text:
            case Meaning::json:
                return "string";
            case Meaning::binary:
                return "binary";
            case Meaning::decimal:
                return decimal(element);
            case Meaning::date:
                return "date";
            case Meaning::timestamp:
                return "timestamp";
            case Meaning::int8:
                return "tinyint";
            case Meaning::int16:
            case Meaning::uint8:
                return "smallint";
            case Meaning::int32:
            case Meaning::uint16:
                return "int";
            case Meaning::int64:
            case Meaning::uint32:
                return "bigint";
            case Meaning::uint64:
                return "decimal(20,0)";
            case Meaning::float16:
                return "float";
            case Meaning::none:
            case Meaning::map:
            case Meaning::list:
            case Meaning::time:
                break;
        }
        switch (*element.physical) {
            case Physical::boolean:
                return "boolean";
            case Physical::int32:
                return "int";
            case Physical::int64:
                return "bigint";
            case Physical::int96:
                return "timestamp";
            case Physical::float_:
                return "float";
            case Physical::double_:
                return "double";
            case Physical::bytes:
            case Physical::fixed:
                break;
        }
        return "binary";
    }

    std::vector<Element> elements_;
    std::size_t at_ = 1;
    std::string reason_;
};

std::vector<Element> read_elements(ThriftReader& in) {
    const auto list = in.list();
    std::vector<Element> elements;
    if (list.kind != Kind::structure || list.size > elements_max) in.fail();
    for (std::uint32_t i = 0; i < list.size && in.is_good(); ++i) {
        elements.push_back(read_element(in));
        if (elements.back().name.size() > name_bytes_max) in.fail();
    }
    return elements;
}

}  // namespace

std::expected<std::uint64_t, std::string> parquet_metadata_bytes(std::string_view tail,
                                                                 std::uint64_t file_bytes) {
    if (tail.size() != parquet_tail_bytes || file_bytes < parquet_tail_bytes + 4)
        return std::unexpected("it is too short for Parquet");
    if (tail.ends_with("PARE"))
        return std::unexpected("it is Parquet whose metadata are encrypted");
    if (!tail.ends_with("PAR1"))
        return std::unexpected("it begins as Parquet does and does not end so: it is cut");
    std::uint64_t size = 0;
    for (std::size_t i = 4; i-- > 0;) size = size << 8U | static_cast<std::uint8_t>(tail[i]);
    if (size == 0 || size > file_bytes - parquet_tail_bytes - 4)
        return std::unexpected(fmt::format(
            "its Parquet metadata would have {} bytes, which it has no room for", size));
    return size;
}

std::expected<ParquetSchema, std::string> read_parquet_schema(std::string_view metadata) {
    ThriftReader in(metadata);
    ParquetSchema schema;
    std::optional<std::vector<Element>> elements;
    bool has_rows = false;
    for (int last = 0; in.is_good() && !(elements && has_rows);) {
        const auto field = in.field(last);
        if (field.kind == Kind::stop) break;
        last = field.id;
        if (field.id == 2 && field.kind == Kind::list) {
            elements = read_elements(in);
        } else if (field.id == 3 && field.kind == Kind::i64) {
            schema.rows = in.integer();
            has_rows = true;
        } else {
            in.skip(field.kind);
        }
    }
    if (!in.is_good() || !elements || !has_rows || schema.rows < 0)
        return std::unexpected("its Parquet metadata cannot be read");
    auto columns = Tree(std::move(*elements)).columns();
    if (!columns) return pass(columns);
    schema.columns = std::move(*columns);
    return schema;
}

}  // namespace freshet::record
