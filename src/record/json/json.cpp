#include "record/json/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>

#include "base/check.h"
#include "record/cell.h"
#include "record/json/json_path.h"
#include "record/limits.h"
#include "record/text.h"

namespace freshet::record {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// How far the steps of a path lead; `rest` are those after an array that is read element by
/// element.
struct Found {
    bool is_there = false;
    element value;
    bool is_each = false;
    std::size_t rest = 0;
};

Found follow(element from, const std::vector<JsonStep>& steps, std::size_t first) {
    Found found{true, from, false, 0};
    for (std::size_t i = first; i < steps.size(); ++i) {
        if (!steps[i].key.empty()) {
            simdjson::dom::object object;
            if (found.value.get_object().get(object) != simdjson::SUCCESS) return {};
            element next;
            if (object.at_key(steps[i].key).get(next) != simdjson::SUCCESS) return {};
            found.value = next;
        }
        if (steps[i].is_each) return {true, found.value, true, i + 1};
    }
    return found;
}

std::string number_text(element value) {
    std::int64_t integer = 0;
    if (value.get_int64().get(integer) == simdjson::SUCCESS) return fmt::format("{}", integer);
    std::uint64_t large = 0;
    if (value.get_uint64().get(large) == simdjson::SUCCESS) return fmt::format("{}", large);
    double real = 0;
    (void)value.get_double().get(real);
    return fmt::format("{}", real);
}

bool is_number(element_type type) {
    return type == element_type::INT64 || type == element_type::UINT64 ||
           type == element_type::DOUBLE;
}

bool push_number(Vector& column, element value, Arena& arena) {
    const Kind kind = column.type.kind;
    double real = 0;
    if (kind == Kind::boolean) {
        (void)value.get_double().get(real);
        column.push(std::int64_t{real != 0});
        return true;
    }
    if (storage_of(kind) == Storage::reals && value.get_double().get(real) == simdjson::SUCCESS) {
        column.push(kind == Kind::real ? static_cast<double>(static_cast<float>(real)) : real);
        return true;
    }
    if (is_text(kind)) {
        column.push(sized_text(column.type, arena.copy(number_text(value)), arena));
        return true;
    }
    return is_numeric(kind) && push_cell(column, number_text(value), arena);
}

bool push_boolean(Vector& column, bool is_true, Arena& arena) {
    const Kind kind = column.type.kind;
    if (is_text(kind)) {
        column.push(sized_text(column.type, is_true ? "true" : "false", arena));
    } else if (storage_of(kind) == Storage::reals) {
        column.push(is_true ? 1.0 : 0.0);
    } else if (kind == Kind::decimal) {
        column.push(is_true ? power_of_ten(column.type.scale) : 0);
    } else if (kind == Kind::boolean || is_integer(kind)) {
        column.push(std::int64_t{is_true});
    } else if (kind == Kind::varbinary) {
        column.push(is_true ? std::string_view("\1", 1) : std::string_view("\0", 1));
    } else {
        return false;
    }
    return true;
}

bool push_string(Vector& column, std::string_view text, Arena& arena) {
    const Kind kind = column.type.kind;
    if (kind == Kind::boolean) {
        column.push(std::int64_t{parse_boolean(text).value_or(false)});
        return true;
    }
    if (kind == Kind::varbinary) {
        if (text.size() < 3 || !text.starts_with("X'") || !text.ends_with('\'') ||
            text.size() % 2 == 0)
            return false;
        const std::string_view digits = text.substr(2, text.size() - 3);
        char* const to = arena.take(digits.size() / 2);
        for (std::size_t i = 0; i < digits.size(); i += 2) {
            char* end = nullptr;
            const std::string pair(digits.substr(i, 2));
            to[i / 2] = static_cast<char>(std::strtoul(pair.c_str(), &end, 16));
            if (*end) return false;
        }
        column.push(std::string_view(to, digits.size() / 2));
        return true;
    }
    return push_cell(column, is_text(kind) ? arena.copy(text) : text, arena);
}

bool push_json(Vector& column, element value, Arena& arena) {
    switch (value.type()) {
        case element_type::NULL_VALUE:
            column.push_null();
            return true;
        case element_type::BOOL: {
            bool is_true = false;
            (void)value.get_bool().get(is_true);
            return push_boolean(column, is_true, arena);
        }
        case element_type::STRING: {
            std::string_view text;
            (void)value.get_string().get(text);
            return push_string(column, text, arena);
        }
        case element_type::ARRAY:
        case element_type::OBJECT:
            if (!is_text(column.type.kind)) return false;
            column.push(sized_text(column.type, arena.copy(simdjson::minify(value)), arena));
            return true;
        case element_type::INT64:
        case element_type::UINT64:
        case element_type::DOUBLE:
            return push_number(column, value, arena);
    }
    return false;
}

class JsonDecoder final : public Decoder {
  public:
    JsonDecoder(std::vector<JsonStep> row_path, std::vector<Column> columns,
                std::vector<std::vector<JsonStep>> paths)
        : row_path_(std::move(row_path)), columns_(std::move(columns)), paths_(std::move(paths)) {}

    std::size_t decode(const Payload& payload, std::size_t& at, std::size_t rows_max,
                       std::int64_t rowtime, Arena& arena, Batch& out,
                       const BadRows& bad) override {
        const std::size_t before = out.rows();
        Documents documents(payload.text, at);
        while (out.rows() < rows_max && arena.bytes() < limits::batch_bytes) {
            const std::string_view document = documents.next();
            at = documents.at();
            if (document.empty()) break;
            element root;
            std::string message;
            if (document.size() > limits::document_bytes_max) {
                message = "the document is larger than 4 MiB";
            } else if (const auto failed =
                           parser_.parse(document.data(), document.size()).get(root);
                       failed != simdjson::SUCCESS) {
                message = "the row is not JSON";
            } else {
                message = push_document(root, rowtime, arena, out);
            }
            if (!message.empty()) bad({rowtime, document, message});
        }
        return text_bytes(out, before);
    }

  private:
    std::string push_document(element root, std::int64_t rowtime, Arena& arena, Batch& out) {
        first_row_ = out.rows();
        text_bytes_ = 0;
        const Found found = follow(root, row_path_, 0);
        if (!found.is_there) return "the document has nothing at the row path";
        if (!found.is_each) return push_rows(found.value, rowtime, arena, out);
        simdjson::dom::array rows;
        if (found.value.get_array().get(rows) != simdjson::SUCCESS)
            return "the row path does not lead to an array";
        const std::size_t before = out.rows();
        for (const element row : rows) {
            std::string message = push_rows(row, rowtime, arena, out);
            if (message.empty()) continue;
            cut(out, before);
            return message;  // the whole document is one bad row
        }
        return "";
    }

    /// What the document has made so far, with texts that its rows share counted for each.
    std::string check_size(const Batch& out) const {
        const std::size_t cells = (out.rows() - first_row_) * columns_.size();
        if (cells * limits::cell_bytes + text_bytes_ <= limits::document_rows_bytes_max) return "";
        return fmt::format("the document makes more than {} MiB of rows",
                           limits::document_rows_bytes_max >> 20);
    }

    static void cut(Batch& out, std::size_t rows) {
        for (Vector& column : out.columns) column.resize(std::min(column.size(), rows));
        out.rowtimes.resize(rows);
    }

    /// One row, or one for each element of the array that some columns go through.
    std::string push_rows(element from, std::int64_t rowtime, Arena& arena, Batch& out) {
        const std::size_t before = out.rows();
        elements_.clear();
        for (const auto& path : paths_) {
            const Found found = follow(from, path, 0);
            simdjson::dom::array array;
            if (!found.is_there || !is_flat(found, path) || !elements_.empty()) continue;
            if (found.value.get_array().get(array) != simdjson::SUCCESS) continue;
            for (const element one : array) elements_.push_back(one);
        }
        const std::size_t rows = std::max<std::size_t>(1, elements_.size());
        for (std::size_t row = 0; row < rows; ++row) {
            std::string message;
            for (std::size_t i = 0; i < paths_.size() && message.empty(); ++i) {
                Vector& column = out.columns[i];
                if (push_column(column, from, paths_[i], row, arena)) {
                    if (!column.texts.empty()) text_bytes_ += column.texts.back().size();
                } else {
                    message =
                        fmt::format("column {}: the value at {} is not of {}", columns_[i].name,
                                    columns_[i].mapping, to_string(columns_[i].type));
                }
            }
            if (message.empty()) {
                out.rowtimes.push_back(rowtime);
                message = check_size(out);
            }
            if (message.empty()) continue;
            cut(out, before);
            return message;
        }
        return "";
    }

    /// The path goes through an array's elements, one a row.
    static bool is_flat(const Found& found, const std::vector<JsonStep>& path) {
        return found.is_each && found.rest < path.size();
    }

    bool push_column(Vector& column, element from, const std::vector<JsonStep>& path,
                     std::size_t row, Arena& arena) const {
        Found found = follow(from, path, 0);
        if (found.is_there && is_flat(found, path)) {
            found.is_there = row < elements_.size();
            if (found.is_there) found = follow(elements_[row], path, found.rest);
        } else if (row > 0) {
            column.push_from(column, column.size() - 1);  // the same for every row of the document
            return true;
        }
        if (!found.is_there) {
            column.push_null();
            return true;
        }
        return push_json(column, found.value, arena);
    }

    simdjson::dom::parser parser_;
    std::vector<JsonStep> row_path_;
    std::vector<Column> columns_;
    std::vector<std::vector<JsonStep>> paths_;
    // Of the document at hand:
    std::vector<element> elements_;  ///< of its flattened array
    std::size_t first_row_ = 0, text_bytes_ = 0;
};

std::string text_of(element value) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
    return is_number(value.type()) ? number_text(value) : std::string(simdjson::minify(value));
}

char sort_of(element value) {
    switch (value.type()) {
        case element_type::NULL_VALUE:
            return '0';
        case element_type::BOOL:
            return 'b';
        case element_type::STRING:
            return 's';
        case element_type::ARRAY:
        case element_type::OBJECT:
            return 'j';
        case element_type::INT64:
        case element_type::UINT64:
        case element_type::DOUBLE:
            return 'n';
    }
    return '0';
}

void add_members(simdjson::dom::object object, const std::string& path, int depth,
                 std::vector<JsonMember>& out) {
    for (const auto& [key, value] : object) {
        const std::string here = path + "." + std::string(key);
        simdjson::dom::object inner;
        if (depth < 2 && value.get_object().get(inner) == simdjson::SUCCESS)
            add_members(inner, here, depth + 1, out);
        else
            out.push_back({here, std::string(key), text_of(value), sort_of(value)});
    }
}

}  // namespace

std::string_view Documents::next() {
    FRESHET_CHECK(at_ <= text_.size());
    at_ = std::min(text_.find_first_not_of(" \t\r\n,", at_), text_.size());
    const std::size_t first = at_;
    if (first == text_.size()) return {};
    if (text_[first] != '{' && text_[first] != '[') return rest_of_line(first);
    std::size_t end = text_.size();
    if (unclosed_ >= limits::unclosed_documents_max) end = std::min(text_.find('\n', first), end);
    int depth = 0;
    for (bool is_quoted = false; at_ < end; ++at_) {
        const char c = text_[at_];
        if (is_quoted) {
            if (c == '\\') ++at_;
            if (c == '"') is_quoted = false;
        } else if (c == '"') {
            is_quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return text_.substr(first, ++at_ - first);
        }
    }
    ++unclosed_;
    return rest_of_line(first);
}

std::string_view Documents::rest_of_line(std::size_t first) {
    at_ = std::min(text_.find('\n', first), text_.size());
    FRESHET_CHECK(at_ > first);  // the position passes each document once
    return trimmed(text_.substr(first, at_ - first));
}

Result<std::unique_ptr<Decoder>> make_json_decoder(const Schema& schema) {
    auto row_path = parse_json_path(schema.format.row_path.empty() ? "$" : schema.format.row_path);
    if (!row_path) return pass(row_path);
    std::vector<std::vector<JsonStep>> paths;
    std::string array;
    std::vector<Column> columns = schema.columns;
    for (Column& column : columns) {
        if (column.mapping.empty()) column.mapping = "$." + column.name;
        auto path = parse_json_path(column.mapping);
        if (!path) return std::unexpected(std::move(path.error()).within("column " + column.name));
        const std::size_t each = column.mapping.find("[0:].");
        if (each != std::string::npos) {
            const std::string here = column.mapping.substr(0, each);
            if (!array.empty() && array != here)
                return fail(
                    Errc::invalid,
                    fmt::format("columns go through two arrays, {} and {}; one can be flattened",
                                array, here));
            array = here;
        }
        paths.push_back(std::move(*path));
    }
    return std::make_unique<JsonDecoder>(std::move(*row_path), std::move(columns),
                                         std::move(paths));
}

std::optional<std::vector<std::string>> elements_of(std::string_view document) {
    simdjson::dom::parser parser;
    simdjson::dom::array array;
    if (parser.parse(document.data(), document.size()).get_array().get(array) != simdjson::SUCCESS)
        return std::nullopt;
    std::vector<std::string> elements;
    for (const element one : array) elements.push_back(simdjson::minify(one));
    return elements;
}

std::optional<std::vector<JsonMember>> members_of(std::string_view document) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(document.data(), document.size()).get_object().get(object) !=
        simdjson::SUCCESS)
        return std::nullopt;
    std::vector<JsonMember> members;
    add_members(object, "$", 1, members);
    return members;
}

}  // namespace freshet::record
