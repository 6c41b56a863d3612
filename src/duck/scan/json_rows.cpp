// One JSON object a line: the openx and the hive-hcatalog SerDe. Names compare without case.
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "duck/native/parse_value.h"
#include "duck/raise.h"
#include "duck/scan/cell.h"
#include "duck/scan/rows.h"

namespace freshet::duck {
namespace {

using simdjson::dom::element;
using sql::trino::Type;
using sql::trino::TypeKind;

/// A scalar as the text that a string column shows.
std::string scalar_text(element value) {
    if (value.is_string()) return std::string(value.get_string().value());
    return simdjson::minify(value);
}

class JsonReader final : public RowReader {
  public:
    explicit JsonReader(RowTarget target) : target_(std::move(target)) {
        const auto& properties = target_.scan->properties;
        const auto found = properties.find("ignore.malformed.json");
        ignores_malformed_ =
            found != properties.end() && sql::trino::lower_case(found->second) == "true";
        for (const auto& column : target_.scan->columns) {
            const auto mapped = properties.find("mapping." + column.name);
            keys_.push_back(mapped == properties.end() ? column.name : mapped->second);
        }
        const auto& columns = target_.scan->columns;
        is_array_table_ =
            !columns.empty() && columns[0].name == "array" && columns[0].type.is(TypeKind::array) &&
            std::ranges::count(columns, false, &sql::plan::ScanColumn::is_partition_key) == 1;
    }

    bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) override {
        ++line_;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) return false;
        if (!target_.is_exact) return read_document(line, out, row);
        try {
            return read_document(line, out, row);
        } catch (const std::exception& problem) {
            if (!misfit_) duckdb::ErrorData(problem).Throw();
            return false;
        }
    }

  private:
    bool read_document(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) {
        element root;
        const bool was_parsed =
            parser_.parse(line.data(), line.size()).get(root) == simdjson::SUCCESS;
        if (was_parsed && root.is_array() && is_array_table_) return put_array(root, out, row);
        const bool is_good = was_parsed && root.is_object();
        if (!is_good && target_.is_exact) {
            misfit_ = Misfit{"", "the line is not a JSON object"};
            return false;
        }
        if (!is_good && !ignores_malformed_)
            raise(sql::ErrorCode::hive_cursor_error,
                  "Row is not a valid JSON Object (a row is one line) in line " +
                      std::to_string(target_.lines_before() + line_) + " of " + target_.file +
                      ": " + std::string(line.substr(0, quoted_bytes_max)));
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            const std::size_t column = target_.columns[i];
            if (column == std::string::npos) continue;
            put(out.data[i], row, column, is_good ? std::optional(root) : std::nullopt);
        }
        return true;
    }

    /// A document that is an array is the one column of the table that a crawler makes of such
    /// files.
    bool put_array(element root, duckdb::DataChunk& out, duckdb::idx_t row) {
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            if (target_.columns[i] == 0)
                out.data[i].SetValue(row, value_of(root, target_.scan->columns[0].type, 0));
        }
        return true;
    }

    void put(duckdb::Vector& out, duckdb::idx_t row, std::size_t column,
             std::optional<element> root) {
        const Type& type = target_.scan->columns[column].type;
        element value;
        const bool was_found =
            root && root->get_object().value().at_key_case_insensitive(keys_[column]).get(value) ==
                        simdjson::SUCCESS;
        if (!was_found || value.is_null()) {
            duckdb::FlatVector::SetNull(out, row, true);
            return;
        }
        if (!type.arguments.empty()) {
            out.SetValue(row, value_of(value, type, column));
            return;
        }
        put_scalar(out, row, type, value, column);
    }

    void put_scalar(duckdb::Vector& out, duckdb::idx_t row, const Type& type, element value,
                    std::size_t column) {
        std::string text = scalar_text(value);
        if (target_.is_exact && target_.forms[column] != sql::plan::TextForm::plain) {
            if (!put_exact_text(out, row, type, text, target_.forms[column])) refuse(text, column);
            return;
        }
        if (type.is(TypeKind::timestamp)) {
            // Also ISO 8601, as both SerDes accept.
            if (text.size() > 10 && text[10] == 'T') text[10] = ' ';
            if (text.ends_with('Z')) text.pop_back();
        }
        if (target_.is_exact) {
            // "" is absent only where the document has it as a text.
            const bool is_put = put_exact_text(out, row, type, text, sql::plan::TextForm::plain);
            if (!is_put) refuse(scalar_text(value), column);
            return;
        }
        if (!put_text(out, row, type, text) && !type.is(TypeKind::varchar))
            refuse(scalar_text(value), column);
    }

    /// A value that its type cannot hold is never NULL in silence, however deep it lies in
    /// `column`.
    duckdb::Value value_of(element value, const Type& type, std::size_t column) {
        const auto logical = logical_type(type);
        if (value.is_null()) return duckdb::Value(logical);
        if (type.is(TypeKind::array)) {
            if (!value.is_array()) refuse(scalar_text(value), column);
            duckdb::vector<duckdb::Value> items;
            for (const auto item : value.get_array().value())
                items.push_back(value_of(item, type.arguments[0], column));
            return duckdb::Value::LIST(logical_type(type.arguments[0]), std::move(items));
        }
        if (type.is(TypeKind::row) || type.is(TypeKind::map)) {
            if (!value.is_object()) refuse(scalar_text(value), column);
            const auto object = value.get_object().value();
            return type.is(TypeKind::row) ? row_of(object, type, column)
                                          : map_of(object, type, column);
        }
        duckdb::Vector one(logical, 1);
        put_scalar(one, 0, type, value, column);
        return one.GetValue(0);
    }

    duckdb::Value row_of(simdjson::dom::object object, const Type& type, std::size_t column) {
        duckdb::child_list_t<duckdb::Value> fields;
        for (std::size_t i = 0; i < type.arguments.size(); ++i) {
            element field;
            const bool was_found =
                object.at_key_case_insensitive(type.names[i]).get(field) == simdjson::SUCCESS;
            fields.emplace_back("f" + std::to_string(i),
                                was_found ? value_of(field, type.arguments[i], column)
                                          : duckdb::Value(logical_type(type.arguments[i])));
        }
        return duckdb::Value::STRUCT(std::move(fields));
    }

    duckdb::Value map_of(simdjson::dom::object object, const Type& type, std::size_t column) {
        duckdb::vector<duckdb::Value> keys, values;
        for (const auto& [key, item] : object) {
            duckdb::Vector one(logical_type(type.arguments[0]), 1);
            if (!put_text(one, 0, type.arguments[0], key)) refuse(std::string(key), column);
            keys.push_back(one.GetValue(0));
            const bool is_twin =
                std::ranges::find(keys.begin(), keys.end() - 1, keys.back()) != keys.end() - 1;
            if (is_twin) refuse("the key " + std::string(key) + " twice", column);
            values.push_back(value_of(item, type.arguments[1], column));
        }
        return duckdb::Value::MAP(logical_type(type.arguments[0]), logical_type(type.arguments[1]),
                                  std::move(keys), std::move(values));
    }

    [[noreturn]] void refuse(const std::string& text, std::size_t column) {
        const auto& of = target_.scan->columns[column];
        if (target_.is_exact) {
            misfit_ = Misfit{of.name, "not of the type " + of.type.name() + ": \"" +
                                          text.substr(0, quoted_bytes_max) + "\""};
            raise(sql::ErrorCode::hive_bad_data, misfit_->reason);
        }
        raise(sql::ErrorCode::hive_bad_data,
              "Error Parsing a column in the table: For input string: \"" +
                  text.substr(0, quoted_bytes_max) + "\" in column " + of.name + " in line " +
                  std::to_string(target_.lines_before() + line_) + " of " + target_.file);
    }

    RowTarget target_;
    std::int64_t line_ = 0;
    simdjson::dom::parser parser_;
    std::vector<std::string> keys_;
    bool ignores_malformed_ = false;
    bool is_array_table_ = false;
};

}  // namespace

std::unique_ptr<RowReader> make_json_reader(RowTarget target) {
    return std::make_unique<JsonReader>(std::move(target));
}

}  // namespace freshet::duck
