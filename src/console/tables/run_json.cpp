#include "console/tables/run_json.h"

#include <algorithm>

#include "base/time.h"

namespace freshet::console {
namespace {

std::int64_t mebibytes_of(std::uint64_t bytes) {
    return static_cast<std::int64_t>(bytes / maintenance::limits::mebibyte);
}

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
    json.key(key).open('[');
    for (const std::string& name : names) json.text(std::string_view(name));
    json.close(']');
}

void write_options(JsonWriter& json, const maintenance::Options& options) {
    json.member("convert", options.converts ? "parquet" : "").member("into", options.into);
    json.member("where", options.where).member("compression", options.compression);
    json.member("target_mb", mebibytes_of(options.target_bytes));
    json.member("keep_raw_ms", std::int64_t{options.keep_raw.count()});
    json.key("narrow").boolean(options.narrows);
    write_names(json, "sort", options.sort_columns);
    write_names(json, "bloom", options.bloom_columns);
}

}  // namespace

void write_figures(JsonWriter& json, const maintenance::Figures& figures) {
    json.member("partitions", figures.partitions);
    json.member("partitions_done", figures.partitions_done);
    json.member("files_before", figures.files_before).member("files_after", figures.files_after);
    json.member("bytes_before", figures.bytes_before).member("bytes_after", figures.bytes_after);
    json.member("rows_read", figures.rows_read).member("rows_written", figures.rows_written);
    json.member("rows_rejected", figures.rows_rejected).member("commits", figures.commits);
    json.member("retries", figures.retries).member("left_alone", figures.left_alone);
}

namespace {

void write_scan(JsonWriter& json, std::string_view key,
                const std::optional<maintenance::Scan>& scan) {
    if (!scan) return;
    json.key(key).open('{').member("took_ms", scan->took_ms);
    json.member("bytes", scan->bytes).close('}');
}

}  // namespace

void write_run(JsonWriter& json, const maintenance::Run& run, std::size_t notes_max) {
    json.open('{').member("id", run.id).member("database", run.table.database);
    json.member("table", run.table.name).member("state", word_of(run.state));
    json.member("origin", word_of(run.origin)).member("error", run.error);
    json.member("started_ms", to_epoch_ms(run.started));
    if (run.ended) json.member("ended_ms", to_epoch_ms(*run.ended));
    write_options(json, run.options);
    write_figures(json, run.figures);
    write_scan(json, "scan_before", run.scan_before);
    write_scan(json, "scan_after", run.scan_after);
    const auto shown = static_cast<std::ptrdiff_t>(std::min(notes_max, run.notes.size()));
    write_names(json, "notes", {run.notes.begin(), run.notes.begin() + shown});
    json.member("notes_total", static_cast<std::int64_t>(run.notes.size())).close('}');
}

void write_policy(JsonWriter& json, const std::optional<maintenance::Policy>& policy) {
    if (!policy) {
        json.raw("null");
        return;
    }
    json.open('{').member("files_over", policy->files_over);
    json.member("file_mb_under", mebibytes_of(policy->file_bytes_under));
    json.member("idle_ms", std::int64_t{policy->idle_for.count()});
    write_options(json, policy->options);
    json.close('}');
}

}  // namespace freshet::console
