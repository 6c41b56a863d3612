#include "sql/plan/wire.h"

#include "base/check.h"
#include "sql/plan/wire_bytes.h"

namespace freshet::sql::plan {

void write_scan(FrameWriter& out, const ScanPlan& scan) {
    out.number(scan.view);
    out.number(static_cast<std::uint64_t>(scan.format));
    out.number(scan.columns.size());
    for (const auto& column : scan.columns) {
        out.text(column.name);
        out.type(column.type);
        out.number((column.is_partition_key ? 1U : 0U) | (column.is_used ? 2U : 0U));
    }
    out.number(scan.partitions.size());
    for (const auto& values : scan.partitions) {
        out.number(values.size());
        for (const auto& value : values) out.cell(value);
    }
    out.number(scan.files.size());
    for (const auto& file : scan.files) {
        FRESHET_CHECK(file.partition < scan.partitions.size());
        out.text(file.name);
        out.number(file.size);
        out.number(file.partition);
        out.number(file.extents.size());
        for (const auto& extent : file.extents) {
            out.text(extent.path);
            out.number(extent.offset);
            out.number(extent.size);
            out.text(extent.key);
        }
    }
    out.number(scan.properties.size());
    for (const auto& [key, value] : scan.properties) {
        out.text(key);
        out.text(value);
    }
}

ScanPlan read_scan(FrameReader& in) {
    ScanPlan scan;
    scan.view = static_cast<std::uint32_t>(in.number());
    const auto format = in.number();
    if (format > static_cast<std::uint64_t>(Format::orc)) in.refuse();
    scan.format = static_cast<Format>(format);
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        ScanColumn column;
        column.name = in.text();
        column.type = in.type();
        const auto flags = in.number();
        column.is_partition_key = (flags & 1U) != 0;
        column.is_used = (flags & 2U) != 0;
        scan.columns.push_back(std::move(column));
    }
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        auto& values = scan.partitions.emplace_back();
        for (auto cells = in.count(); cells > 0 && in.is_good(); --cells)
            values.push_back(in.cell());
    }
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        File file;
        file.name = in.text();
        file.size = in.number();
        file.partition = static_cast<std::uint32_t>(in.number());
        for (auto extents = in.count(); extents > 0 && in.is_good(); --extents) {
            Extent extent;
            extent.path = in.text();
            extent.offset = in.number();
            extent.size = in.number();
            extent.key = in.text();
            file.extents.push_back(std::move(extent));
        }
        if (file.partition >= scan.partitions.size()) in.refuse();
        scan.files.push_back(std::move(file));
    }
    for (auto left = in.count(); left > 0 && in.is_good(); --left) {
        std::string key = in.text();
        scan.properties.emplace(std::move(key), in.text());
    }
    return scan;
}

std::string encode_plan(const QueryPlan& plan) {
    FrameWriter out(FrameKind::plan);
    out.text(plan.sql);
    out.number(plan.columns.size());
    for (const auto& type : plan.columns) out.type(type);
    out.number(plan.scans.size());
    for (const auto& scan : plan.scans) write_scan(out, scan);
    out.text(plan.result.path);
    out.number(plan.result.labels.size());
    FRESHET_CHECK(plan.result.path.empty() || plan.result.labels.size() == plan.columns.size());
    for (const auto& label : plan.result.labels) out.text(label);
    out.number(plan.result.bytes_max);
    out.number(plan.memory_mib);
    out.text(plan.spill_directory);
    return out.finish();
}

std::optional<QueryPlan> decode_plan(std::string_view payload) {
    FrameReader in(payload);
    QueryPlan plan;
    plan.sql = in.text();
    for (auto left = in.count(); left > 0 && in.is_good(); --left)
        plan.columns.push_back(in.type());
    for (auto left = in.count(); left > 0 && in.is_good(); --left)
        plan.scans.push_back(read_scan(in));
    plan.result.path = in.text();
    for (auto left = in.count(); left > 0 && in.is_good(); --left)
        plan.result.labels.push_back(in.text());
    plan.result.bytes_max = in.number();
    plan.memory_mib = in.number();
    plan.spill_directory = in.text();
    return in.is_ended() ? std::optional(std::move(plan)) : std::nullopt;
}

std::string encode_rows(const std::vector<Cells>& rows) {
    FrameWriter out(FrameKind::rows);
    out.number(rows.size());
    out.number(rows.empty() ? 0 : rows[0].size());
    for (const auto& row : rows) {
        FRESHET_CHECK(row.size() == rows[0].size());
        for (const auto& cell : row) out.cell(cell);
    }
    return out.finish();
}

std::optional<std::vector<Cells>> decode_rows(std::string_view payload) {
    FrameReader in(payload);
    const auto rows = in.number(), columns = in.number();
    std::vector<Cells> made;
    for (std::uint64_t i = 0; i < rows && in.is_good(); ++i) {
        Cells& row = made.emplace_back();
        for (std::uint64_t c = 0; c < columns && in.is_good(); ++c) row.push_back(in.cell());
    }
    return in.is_ended() ? std::optional(std::move(made)) : std::nullopt;
}

std::string encode_failed(const Failed& failed) {
    FrameWriter out(FrameKind::failed);
    out.number(static_cast<std::uint64_t>(failed.code));
    out.text(failed.message);
    return out.finish();
}

std::optional<Failed> decode_failed(std::string_view payload) {
    FrameReader in(payload);
    const auto code = error_code(in.number());
    std::string message = in.text();
    if (!code || !in.is_ended()) return std::nullopt;
    return Failed{*code, std::move(message)};
}

std::string encode_done(std::uint64_t scanned_bytes) {
    FrameWriter out(FrameKind::done);
    out.number(scanned_bytes);
    return out.finish();
}

std::optional<std::uint64_t> decode_done(std::string_view payload) {
    FrameReader in(payload);
    const auto scanned = in.number();
    return in.is_ended() ? std::optional(scanned) : std::nullopt;
}

}  // namespace freshet::sql::plan
