// One JSON document a line, as the deserializers of format conversion read it: every value of the
// document is looked at, numbers keep their text, and a value that its column cannot hold makes the
// line a misfit. The documents go straight into vectors, also nested ones.
#include <simdjson.h>

#include <algorithm>
#include <unordered_map>

#include "duck/raise.h"
#include "duck/scan/old_times.h"
#include "duck/scan/record_cell.h"
#include "duck/scan/rows.h"
#include "sql/plan/write.h"

namespace freshet::duck {
namespace {

using duckdb::FlatVector;
using duckdb::ListVector;
using duckdb::StructVector;
using duckdb::Vector;
using simdjson::ondemand::json_type;
using sql::trino::Type;
using sql::trino::TypeKind;
using JsonValue = simdjson::ondemand::value;

constexpr std::size_t npos = std::string::npos;

std::string_view trimmed(std::string_view token) {
    while (!token.empty() && std::string_view(" \t\r\n").contains(token.back()))
        token.remove_suffix(1);
    return token;
}

/// By JSON's grammar.
bool is_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t from = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at - from;
    };
    const bool is_zero = at < text.size() && text[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (is_zero && whole > 1)) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

void set_null(Vector& out, duckdb::idx_t row) { FlatVector::SetNull(out, row, true); }

/// What became of a value.
enum class Put { good, misfit, malformed };

/// The members of a row type, or of the document, by the names that documents have.
struct Members {
    std::unordered_map<std::string, std::size_t> by_name;
    /// The members of the last document in their order: most documents have the same.
    std::vector<std::pair<std::string, std::size_t>> seen;
};

class RecordReader final : public RowReader {
  public:
    explicit RecordReader(RowTarget target) : target_(std::move(target)) {
        const auto& properties = target_.scan->properties;
        const auto has = [&](const char* name, std::string_view value) {
            const auto found = properties.find(name);
            return found != properties.end() && found->second == value;
        };
        rules_.is_strict = has(sql::plan::record_deserializer, "hive");
        keeps_case_ = has(sql::plan::record_names_keep_case, "true");
        converts_dots_ = has(sql::plan::record_names_dots, "true");
        for (int i = 0;; ++i) {
            const auto found = properties.find(sql::plan::record_time_format + std::to_string(i));
            if (found == properties.end()) break;
            rules_.time_formats.push_back(found->second);
        }
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            if (target_.columns[i] == npos) continue;
            const std::string& column = target_.scan->columns[target_.columns[i]].name;
            const auto named = properties.find(sql::plan::record_name_of + column);
            const std::string name = named == properties.end() ? column : named->second;
            members_.by_name[keeps_case_ ? name : sql::trino::lower_case(name)] = i;
        }
        has_value_.resize(target_.columns.size());
    }

    bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) override {
        line_.assign(line);
        line_.append(simdjson::SIMDJSON_PADDING, ' ');
        simdjson::ondemand::document document;
        simdjson::ondemand::object object;
        if (parser_.iterate(simdjson::padded_string_view(line_.data(), line.size(), line_.size()))
                .get(document) != simdjson::SUCCESS)
            return put_line_misfit("it is not JSON");
        json_type type{};
        if (document.type().get(type) != simdjson::SUCCESS)
            return put_line_misfit("it is not JSON");
        if (type != json_type::object || document.get_object().get(object) != simdjson::SUCCESS)
            return put_line_misfit("it is not a JSON object");
        has_value_.assign(has_value_.size(), false);
        switch (put_document(object, out, row)) {
            case Put::malformed:
                return put_line_misfit("it is not JSON");
            case Put::misfit:
                return false;
            case Put::good:
                break;
        }
        const char* rest = nullptr;  // at the end there is no location
        if (document.current_location().get(rest) == simdjson::SUCCESS)
            return put_line_misfit("something follows the JSON object");
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            if (target_.columns[i] != npos && !has_value_[i]) set_null(out.data[i], row);
        }
        return !target_.refuses_old_fractions || has_no_old_fraction(out, row);
    }

  private:
    bool put_line_misfit(const char* why) {
        misfit_ = Misfit{"", why};
        return false;
    }

    bool has_no_old_fraction(duckdb::DataChunk& out, duckdb::idx_t row) {
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            if (target_.columns[i] == npos) continue;
            const auto& column = target_.scan->columns[target_.columns[i]];
            if (!holds_timestamps(column.type) || !has_old_fraction(column.type, out.data[i], row))
                continue;
            misfit_ = Misfit{column.name, old_fraction_reason};
            return false;
        }
        return true;
    }

    Put put_document(simdjson::ondemand::object& object, duckdb::DataChunk& out,
                     duckdb::idx_t row) {
        std::size_t place = 0;
        for (auto given : object) {
            simdjson::ondemand::field field;
            if (std::move(given).get(field) != simdjson::SUCCESS) return Put::malformed;
            std::size_t member = npos;
            if (!read_member(field, members_, place++, member)) return Put::malformed;
            if (member == npos) {
                if (!pass_over(field.value())) return Put::malformed;
                continue;
            }
            column_ = target_.columns[member];
            const Put put_one =
                put(out.data[member], row, target_.scan->columns[column_].type, field.value());
            if (put_one != Put::good) return put_one;
            has_value_[member] = true;
        }
        return Put::good;
    }

    /// False when the name is not JSON. `place`: of the member in its object.
    bool read_member(simdjson::ondemand::field& field, Members& members, std::size_t place,
                     std::size_t& member) {
        std::string_view name;
        if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
        if (place < members.seen.size() && members.seen[place].first == name) {
            member = members.seen[place].second;
            return true;
        }
        std::string wanted = keeps_case_ ? std::string(name) : sql::trino::lower_case(name);
        if (converts_dots_) std::ranges::replace(wanted, '.', '_');
        const auto found = members.by_name.find(wanted);
        member = found == members.by_name.end() ? npos : found->second;
        constexpr std::size_t seen_max = 1000;
        if (place < seen_max) {
            if (members.seen.size() <= place) members.seen.resize(place + 1);
            members.seen[place] = {std::string(name), member};
        }
        return true;
    }

    /// A value that belongs to no column must be JSON, too.
    bool pass_over(JsonValue value) {
        json_type type{};
        if (value.type().get(type) != simdjson::SUCCESS) return false;
        if (type == json_type::array) {
            simdjson::ondemand::array array;
            if (value.get_array().get(array) != simdjson::SUCCESS) return false;
            for (auto item : array) {
                JsonValue one;
                if (std::move(item).get(one) != simdjson::SUCCESS || !pass_over(one)) return false;
            }
            return true;
        }
        if (type == json_type::object) {
            simdjson::ondemand::object object;
            if (value.get_object().get(object) != simdjson::SUCCESS) return false;
            for (auto given : object) {
                simdjson::ondemand::field field;
                std::string_view name;
                if (std::move(given).get(field) != simdjson::SUCCESS ||
                    field.unescaped_key().get(name) != simdjson::SUCCESS ||
                    !pass_over(field.value()))
                    return false;
            }
            return true;
        }
        std::string_view text;
        ScalarKind kind{};
        bool is_null = false;
        return read_scalar(value, type, text, kind, is_null);
    }

    /// False when it is not JSON.
    static bool read_scalar(JsonValue& value, json_type type, std::string_view& text,
                            ScalarKind& kind, bool& is_null) {
        if (type == json_type::string) {
            kind = ScalarKind::text;
            return value.get_string().get(text) == simdjson::SUCCESS;
        }
        text = trimmed(value.raw_json_token());
        is_null = type == json_type::null;
        if (is_null) return text == "null";
        kind = type == json_type::number ? ScalarKind::number : ScalarKind::boolean;
        return type == json_type::number ? is_number(text) : text == "true" || text == "false";
    }

    Put put(Vector& out, duckdb::idx_t row, const Type& type, JsonValue value) {
        json_type kind{};
        if (value.type().get(kind) != simdjson::SUCCESS) return Put::malformed;
        const bool is_nested = kind == json_type::array || kind == json_type::object;
        if (!is_nested) return put_plain(out, row, type, value, kind);
        FlatVector::Validity(out).SetValid(row);
        if (type.is(TypeKind::array) && kind == json_type::array)
            return put_array(out, row, type, value);
        if (type.is(TypeKind::map) && kind == json_type::object)
            return put_map(out, row, type, value);
        if (type.is(TypeKind::row) && kind == json_type::object)
            return put_row(out, row, type, value);
        if (type.is_text() && !rules_.is_strict) return put_json_text(out, row, value, kind);
        return misfit(type, kind == json_type::array ? "an array" : "an object");
    }

    Put put_plain(Vector& out, duckdb::idx_t row, const Type& type, JsonValue& value,
                  json_type kind) {
        std::string_view text;
        ScalarKind scalar_kind{};
        bool is_null = false;
        if (!read_scalar(value, kind, text, scalar_kind, is_null)) return Put::malformed;
        // As in other texts, "" is absent where it cannot be a value.
        const bool is_absent = !rules_.is_strict && kind == json_type::string && text.empty() &&
                               !type.is_text() && !type.is(TypeKind::varbinary);
        if (is_null || is_absent) {
            set_null(out, row);
            return Put::good;
        }
        if (!type.arguments.empty()) {
            if (type.is(TypeKind::array)) return misfit(type, text, "Start of Array expected");
            return misfit(type, text, "Start of Object expected");
        }
        if (!put_scalar(out, row, type, scalar_kind, text, rules_)) return misfit(type, text);
        return Put::good;
    }

    /// The value as its JSON text.
    Put put_json_text(Vector& out, duckdb::idx_t row, JsonValue& value, json_type kind) {
        std::string_view text;
        if (kind == json_type::array) {
            simdjson::ondemand::array array;
            if (value.get_array().get(array) != simdjson::SUCCESS ||
                array.raw_json().get(text) != simdjson::SUCCESS)
                return Put::malformed;
        } else {
            simdjson::ondemand::object object;
            if (value.get_object().get(object) != simdjson::SUCCESS ||
                object.raw_json().get(text) != simdjson::SUCCESS)
                return Put::malformed;
        }
        text = trimmed(text);
        if (checker_.parse(text.data(), text.size()).error() != simdjson::SUCCESS)
            return Put::malformed;
        FlatVector::GetData<duckdb::string_t>(out)[row] =
            duckdb::StringVector::AddString(out, text.data(), text.size());
        return Put::good;
    }

    Put put_array(Vector& out, duckdb::idx_t row, const Type& type, JsonValue& value) {
        simdjson::ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS) return Put::malformed;
        const auto begin = ListVector::GetListSize(out);
        auto end = begin;
        for (auto item : array) {
            JsonValue one;
            if (std::move(item).get(one) != simdjson::SUCCESS) return Put::malformed;
            ListVector::Reserve(out, end + 1);
            const Put done = put(ListVector::GetEntry(out), end, type.arguments[0], one);
            if (done != Put::good) return done;
            // Nested values of later items begin after this one.
            ListVector::SetListSize(out, ++end);
        }
        FlatVector::GetData<duckdb::list_entry_t>(out)[row] = {begin, end - begin};
        return Put::good;
    }

    Put put_map(Vector& out, duckdb::idx_t row, const Type& type, JsonValue& value) {
        simdjson::ondemand::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS) return Put::malformed;
        const auto begin = ListVector::GetListSize(out);
        auto end = begin;
        std::vector<std::string> keys;
        for (auto given : object) {
            simdjson::ondemand::field field;
            std::string_view name;
            if (std::move(given).get(field) != simdjson::SUCCESS ||
                field.unescaped_key().get(name) != simdjson::SUCCESS)
                return Put::malformed;
            if (std::ranges::find(keys, name) != keys.end())
                return misfit(type, "the key " + std::string(name) + " twice");
            keys.emplace_back(name);
            ListVector::Reserve(out, end + 1);
            auto& pair = StructVector::GetEntries(ListVector::GetEntry(out));
            FlatVector::Validity(ListVector::GetEntry(out)).SetValid(end);
            // Names are texts, whatever the type of the keys.
            ScalarRules rules = rules_;
            rules.is_strict = false;
            if (!put_scalar(*pair[0], end, type.arguments[0], ScalarKind::text, name, rules))
                return misfit(type, name);
            const Put done = put(*pair[1], end, type.arguments[1], field.value());
            if (done != Put::good) return done;
            ListVector::SetListSize(out, ++end);
        }
        FlatVector::GetData<duckdb::list_entry_t>(out)[row] = {begin, end - begin};
        return Put::good;
    }

    Put put_row(Vector& out, duckdb::idx_t row, const Type& type, JsonValue& value) {
        simdjson::ondemand::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS) return Put::malformed;
        Members& members = members_of(type);
        auto& fields = StructVector::GetEntries(out);
        for (auto& field : fields) set_null(*field, row);
        std::size_t place = 0;
        for (auto given : object) {
            simdjson::ondemand::field field;
            std::size_t member = npos;
            if (std::move(given).get(field) != simdjson::SUCCESS ||
                !read_member(field, members, place++, member))
                return Put::malformed;
            if (member == npos) {
                if (!pass_over(field.value())) return Put::malformed;
                continue;
            }
            const Put done = put(*fields[member], row, type.arguments[member], field.value());
            if (done != Put::good) return done;
        }
        return Put::good;
    }

    Members& members_of(const Type& type) {
        const auto [place, is_new] = rows_.try_emplace(&type);
        if (is_new) {
            for (std::size_t i = 0; i < type.names.size(); ++i)
                place->second
                    .by_name[keeps_case_ ? type.names[i] : sql::trino::lower_case(type.names[i])] =
                    i;
        }
        return place->second;
    }

    Put misfit(const Type& type, std::string_view text, const char* why = nullptr) {
        std::string reason = why && rules_.is_strict ? std::string(why) + ", " : "";
        reason += "not of the type " + sql::trino::hive_name(type) + ": \"" +
                  std::string(text.substr(0, quoted_bytes_max)) + "\"";
        misfit_ = Misfit{target_.scan->columns[column_].name, std::move(reason)};
        return Put::misfit;
    }

    RowTarget target_;
    ScalarRules rules_;
    bool keeps_case_ = false, converts_dots_ = false;
    Members members_;  ///< by vector of the chunk
    std::unordered_map<const Type*, Members> rows_;
    std::vector<bool> has_value_;  ///< by vector, of the line at hand
    std::size_t column_ = 0;       ///< of the value at hand
    std::string line_;
    simdjson::ondemand::parser parser_;
    simdjson::dom::parser checker_;
};

}  // namespace

std::unique_ptr<RowReader> make_record_reader(RowTarget target) {
    return std::make_unique<RecordReader>(std::move(target));
}

}  // namespace freshet::duck
