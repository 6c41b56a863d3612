#include "duck/write/look.h"

#include "base/check.h"
#include "duck/native/parse_value.h"
#include "duck/raise.h"
#include "duck/scan/cell.h"

namespace freshet::duck {
namespace {

using sql::plan::TextForm;

constexpr std::size_t example_bytes_max = 100;
/// More misfits of a type than this are not counted: the column is not of it.
constexpr std::uint64_t misfits_max = 1000;

/// A number as it is written back: "007" and "+1" are texts, since a number would not show them.
bool is_whole(std::string_view text) {
    const std::string_view figures = text.starts_with('-') ? text.substr(1) : text;
    if (figures.empty() || figures.size() > 19) return false;
    if (figures[0] == '0' && (figures.size() > 1 || text.size() > 1)) return false;
    return figures[0] >= '0' && figures[0] <= '9' &&
           parse_whole(text, INT64_MIN, INT64_MAX).has_value();
}

bool is_real(std::string_view text) {
    const std::string_view figures = text.starts_with('-') ? text.substr(1) : text;
    if (figures.empty() || figures[0] < '0' || figures[0] > '9') return false;
    if (figures[0] == '0' && figures.size() > 1 && figures[1] >= '0' && figures[1] <= '9')
        return false;
    return parse_double(text).has_value();
}

bool is_boolean(std::string_view text) {
    if (text.size() < 4 || text.size() > 5) return false;
    const std::string lower = sql::trino::lower_case(text);
    return lower == "true" || lower == "false";
}

template <TextForm form>
bool is_timestamp(std::string_view text) {
    return !text.empty() && (text[0] >= '0' && text[0] <= '9') && micros_of(text, form).has_value();
}

template <TextForm form>
bool is_date(std::string_view text) {
    if (text.empty() || text[0] < '0' || text[0] > '9' || text.size() > 10) return false;
    const auto micros = micros_of(text, form);
    return micros && *micros % 86'400'000'000 == 0;
}

struct Candidate {
    const char* type;
    TextForm form;
    bool (*fits)(std::string_view text);
};
/// The narrowest first.
constexpr Candidate candidates[] = {{"boolean", TextForm::plain, is_boolean},
                                    {"bigint", TextForm::plain, is_whole},
                                    {"double", TextForm::plain, is_real},
                                    {"date", TextForm::iso, is_date<TextForm::iso>},
                                    {"timestamp", TextForm::iso, is_timestamp<TextForm::iso>},
                                    {"date", TextForm::us, is_date<TextForm::us>},
                                    {"timestamp", TextForm::us, is_timestamp<TextForm::us>}};

void look_at_text(std::string_view text, sql::plan::LookedColumn& column) {
    if (text.empty()) {
        ++column.empty;
        return;
    }
    ++column.texts;
    for (std::size_t i = 0; i < std::size(candidates); ++i) {
        sql::plan::Fit& fit = column.fits[i];
        if (fit.misfits >= misfits_max || candidates[i].fits(text)) continue;
        if (fit.misfits++ > 0) continue;
        fit.example = text.substr(0, example_bytes_max);
        while (!duckdb::Value::StringIsValid(fit.example.data(), fit.example.size()))
            fit.example.pop_back();
    }
}

void look_at_column(duckdb::Vector& vector, duckdb::idx_t rows, sql::plan::LookedColumn& column) {
    duckdb::UnifiedVectorFormat format;
    vector.ToUnifiedFormat(rows, format);
    const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
    for (duckdb::idx_t row = 0; row < rows; ++row) {
        const auto at = format.sel->get_index(row);
        if (format.validity.RowIsValid(at)) {
            look_at_text({texts[at].GetData(), texts[at].GetSize()}, column);
        } else {
            ++column.nulls;
        }
    }
}

}  // namespace

sql::plan::Looked look_at(duckdb::Connection& connection, ScanState& scan,
                          const sql::plan::LookPlan& plan) {
    if (plan.source.format == sql::plan::Format::parquet)
        raise(sql::ErrorCode::not_supported, "the columns of Parquet files have types");
    sql::plan::Looked looked;
    std::string select;
    for (std::size_t c = 0; c < plan.source.columns.size(); ++c) {
        const auto& column = plan.source.columns[c];
        if (column.is_partition_key || !column.type.is(sql::trino::TypeKind::varchar)) continue;
        select += (select.empty() ? "c" : ", c") + std::to_string(c);
        sql::plan::LookedColumn& made = looked.columns.emplace_back();
        made.name = column.name;
        for (const Candidate& candidate : candidates)
            made.fits.push_back({candidate.type, candidate.form, 0, ""});
    }
    if (looked.columns.empty() || plan.source.files.empty()) return looked;
    std::string sql = "SELECT " + select + " FROM freshet_text(0)";
    if (plan.rows_max > 0) sql += " LIMIT " + std::to_string(plan.rows_max);
    auto result = connection.SendQuery(sql);
    if (result->HasError()) result->ThrowError();
    while (auto chunk = result->Fetch()) {
        if (chunk->size() == 0) break;
        looked.rows += chunk->size();
        for (std::size_t i = 0; i < looked.columns.size(); ++i)
            look_at_column(chunk->data[i], chunk->size(), looked.columns[i]);
    }
    if (result->HasError()) result->ThrowError();
    looked.scanned_bytes = scan.scanned_bytes;
    for (const auto& column : looked.columns)
        FRESHET_CHECK(column.nulls + column.empty + column.texts == looked.rows);
    return looked;
}

}  // namespace freshet::duck
