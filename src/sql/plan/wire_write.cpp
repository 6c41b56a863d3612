// The frames of plans that write files and of plans that look at text.
#include <bit>

#include "base/check.h"
#include "sql/plan/wire_bytes.h"

namespace freshet::sql::plan {
namespace {

/// One of an enumeration whose last value is `last`.
template <class Enum>
Enum choice(FrameReader& in, Enum last) {
    const auto value = in.number();
    if (value > static_cast<std::uint64_t>(last)) in.refuse();
    return in.is_good() ? static_cast<Enum>(value) : Enum{};
}

void write_texts(FrameWriter& out, const std::vector<std::string>& texts) {
    out.number(texts.size());
    for (const auto& text : texts) out.text(text);
}

std::vector<std::string> read_texts(FrameReader& in) {
    std::vector<std::string> texts;
    for (auto left = in.count(); left > 0 && in.is_good(); --left) texts.push_back(in.text());
    return texts;
}

void write_orc(FrameWriter& out, const OrcOptions& orc) {
    out.number(orc.stripe_bytes);
    out.number(orc.row_index_stride);
    out.number(std::bit_cast<std::uint64_t>(orc.dictionary_threshold));
    out.number(std::bit_cast<std::uint64_t>(orc.bloom_false_positives));
    out.number(orc.is_version_0_11 ? 1 : 0);
}

OrcOptions read_orc(FrameReader& in) {
    OrcOptions orc;
    orc.stripe_bytes = in.number();
    orc.row_index_stride = in.number();
    orc.dictionary_threshold = std::bit_cast<double>(in.number());
    orc.bloom_false_positives = std::bit_cast<double>(in.number());
    orc.is_version_0_11 = in.number() != 0;
    return orc;
}

void write_target(FrameWriter& out, const WriteTarget& target) {
    FRESHET_CHECK(!target.file_name.contains('/'));
    out.text(target.directory);
    out.text(target.file_name);
    out.number(static_cast<std::uint64_t>(target.format));
    out.number(static_cast<std::uint64_t>(target.compression));
    for (const std::uint64_t number :
         {target.row_group_rows, target.row_group_bytes, target.file_bytes,
          target.dictionary_values_max, target.string_page_bytes})
        out.number(number);
    out.number(target.has_dictionaries ? 1 : 0);
    out.number(static_cast<std::uint64_t>(target.writer_version));
    out.number(target.sort.size());
    for (const SortColumn& column : target.sort) {
        out.text(column.name);
        out.number((column.is_descending ? 1U : 0U) | (column.has_nulls_first ? 2U : 0U));
    }
    write_texts(out, target.bloom_columns);
    write_texts(out, target.partition_by);
    write_orc(out, target.orc);
}

WriteTarget read_target(FrameReader& in) {
    WriteTarget target;
    target.directory = in.text();
    target.file_name = in.text();
    target.format = choice(in, FileFormat::orc);
    target.compression = choice(in, Compression::zstd);
    for (std::uint64_t* number :
         {&target.row_group_rows, &target.row_group_bytes, &target.file_bytes,
          &target.dictionary_values_max, &target.string_page_bytes})
        *number = in.number();
    target.has_dictionaries = in.number() != 0;
    target.writer_version = static_cast<int>(in.number());
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        SortColumn& column = target.sort.emplace_back();
        column.name = in.text();
        const auto flags = in.number();
        column.is_descending = (flags & 1U) != 0;
        column.has_nulls_first = (flags & 2U) != 0;
    }
    target.bloom_columns = read_texts(in);
    target.partition_by = read_texts(in);
    target.orc = read_orc(in);
    return target;
}

}  // namespace

std::string encode_write(const WritePlan& plan) {
    FrameWriter out(FrameKind::write);
    write_scan(out, plan.source);
    out.number(plan.forms.size());
    for (const auto& [column, form] : plan.forms) {
        out.text(column);
        out.number(static_cast<std::uint64_t>(form));
    }
    write_target(out, plan.target);
    out.text(plan.rejects_path);
    out.number(plan.rejects_max);
    out.number(plan.memory_mib);
    out.text(plan.spill_directory);
    return out.finish();
}

std::optional<WritePlan> decode_write(std::string_view payload) {
    FrameReader in(payload);
    WritePlan plan;
    plan.source = read_scan(in);
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        std::string column = in.text();
        plan.forms.emplace(std::move(column), choice(in, TextForm::us));
    }
    plan.target = read_target(in);
    plan.rejects_path = in.text();
    plan.rejects_max = in.number();
    plan.memory_mib = in.number();
    plan.spill_directory = in.text();
    return in.is_ended() ? std::optional(std::move(plan)) : std::nullopt;
}

std::string encode_written(const Written& written) {
    FrameWriter out(FrameKind::written);
    out.number(written.rows);
    out.number(written.rejected);
    out.number(written.scanned_bytes);
    out.number(written.files.size());
    for (const WrittenFile& file : written.files) {
        out.text(file.path);
        out.number(file.rows);
        out.number(file.bytes);
        out.number(file.partition.size());
        for (const auto& value : file.partition) out.cell(value);
    }
    out.number(written.notes.size());
    for (const std::string& note : written.notes) out.text(note);
    return out.finish();
}

std::optional<Written> decode_written(std::string_view payload) {
    FrameReader in(payload);
    Written written;
    written.rows = in.number();
    written.rejected = in.number();
    written.scanned_bytes = in.number();
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        WrittenFile& file = written.files.emplace_back();
        file.path = in.text();
        file.rows = in.number();
        file.bytes = in.number();
        for (auto cells = in.count(); cells > 0 && in.is_good(); --cells)
            file.partition.push_back(in.cell());
    }
    for (auto left = in.count(); left > 0 && in.is_good(); --left)
        written.notes.push_back(in.text());
    return in.is_ended() ? std::optional(std::move(written)) : std::nullopt;
}

std::string encode_look(const LookPlan& plan) {
    FrameWriter out(FrameKind::look);
    write_scan(out, plan.source);
    out.number(plan.rows_max);
    out.number(plan.memory_mib);
    out.text(plan.spill_directory);
    return out.finish();
}

std::optional<LookPlan> decode_look(std::string_view payload) {
    FrameReader in(payload);
    LookPlan plan;
    plan.source = read_scan(in);
    plan.rows_max = in.number();
    plan.memory_mib = in.number();
    plan.spill_directory = in.text();
    return in.is_ended() ? std::optional(std::move(plan)) : std::nullopt;
}

std::string encode_looked(const Looked& looked) {
    FrameWriter out(FrameKind::looked);
    out.number(looked.rows);
    out.number(looked.scanned_bytes);
    out.number(looked.columns.size());
    for (const LookedColumn& column : looked.columns) {
        out.text(column.name);
        out.number(column.nulls);
        out.number(column.empty);
        out.number(column.texts);
        out.number(column.fits.size());
        for (const Fit& fit : column.fits) {
            out.text(fit.type);
            out.number(static_cast<std::uint64_t>(fit.form));
            out.number(fit.misfits);
            out.text(fit.example);
        }
    }
    return out.finish();
}

std::optional<Looked> decode_looked(std::string_view payload) {
    FrameReader in(payload);
    Looked looked;
    looked.rows = in.number();
    looked.scanned_bytes = in.number();
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        LookedColumn& column = looked.columns.emplace_back();
        column.name = in.text();
        column.nulls = in.number();
        column.empty = in.number();
        column.texts = in.number();
        for (auto fits = in.count(); fits > 0 && in.is_good(); --fits) {
            Fit& fit = column.fits.emplace_back();
            fit.type = in.text();
            fit.form = choice(in, TextForm::us);
            fit.misfits = in.number();
            fit.example = in.text();
        }
    }
    return in.is_ended() ? std::optional(std::move(looked)) : std::nullopt;
}

}  // namespace freshet::sql::plan
