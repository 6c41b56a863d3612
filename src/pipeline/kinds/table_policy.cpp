#include "pipeline/kinds/table_policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text/duration.h"
#include "maintenance/maintenance.h"

namespace freshet::pipeline {
namespace {

using maintenance::Policy;
using maintenance::limits::mebibyte;

const std::string mark = "optimize.";

Millis duration(Section& section, std::string_view key, Millis otherwise) {
    const std::string text = section.text(key, duration_text(otherwise));
    const auto parsed = parse_duration(text);
    if (!parsed)
        section.wrong(key,
                      fmt::format("'{}' is a duration (30s, 10m, 12h, 7d), not '{}'", key, text));
    return parsed.value_or(otherwise);
}

std::uint64_t mebibytes(Section& section, std::string_view key, std::uint64_t otherwise) {
    const int number = section.number(key, static_cast<int>(otherwise / mebibyte));
    if (number < 1) section.wrong(key, fmt::format("'{}' is at least 1, not {}", key, number));
    return static_cast<std::uint64_t>(std::max(number, 1)) * mebibyte;
}

std::vector<std::string> names(Section& section, std::string_view key,
                               const std::set<std::string>& columns) {
    std::vector<std::string> all = section.texts(key);
    for (const std::string& name : all) {
        if (!columns.contains(name))
            section.wrong(key, fmt::format("the table has no column '{}'", name));
    }
    return all;
}

/// Home core of the service, as the next one.
io::Task<std::optional<Policy>> find_at_home(maintenance::Maintenance& service,
                                             maintenance::TableKey table) {
    co_return service.policy(table);
}
io::Task<Result<>> put_at_home(maintenance::Maintenance& service, maintenance::TableKey table,
                               std::optional<Policy> policy) {
    Result<> done;
    if (policy)
        done = co_await service.set_policy(std::move(*policy));
    else
        done = co_await service.remove_policy(std::move(table));
    if (!done && !policy && done.error().is(maintenance::Errc::not_found)) co_return Result<>();
    co_return done;
}

}  // namespace

std::optional<Policy> read_policy(Section& table, maintenance::TableKey key,
                                  const std::set<std::string>& columns) {
    const bool is_given = table.has("optimize");
    Section section = table.inner("optimize");
    if (!is_given) return std::nullopt;
    Policy policy;
    policy.table = std::move(key);
    maintenance::Options& options = policy.options;
    options.converts = section.word("convert", {"parquet"}, "") == "parquet";
    options.into = section.text("into", "");
    options.where = section.text("where", "");
    options.narrows = section.is_on("narrow", false);
    options.compression =
        section.word("compression", {"zstd", "snappy", "gzip", "none"}, options.compression);
    options.target_bytes = mebibytes(section, "target_mb", options.target_bytes);
    options.keep_raw = duration(section, "keep_raw", options.keep_raw);
    options.sort_columns = names(section, "sort", columns);
    options.bloom_columns = names(section, "bloom", columns);
    Section when = section.inner("when");
    policy.files_over = when.number("files_over", static_cast<int>(policy.files_over));
    policy.file_bytes_under = mebibytes(when, "file_mb_under", policy.file_bytes_under);
    policy.idle_for = duration(when, "idle_for", policy.idle_for);
    when.finish();
    section.finish();
    if (auto good = maintenance::check_policy(policy); !good)
        table.wrong("optimize", good.error().message());
    return policy;
}

Fields fields_of(const std::optional<Policy>& policy) {
    if (!policy) return {};
    const maintenance::Options& options = policy->options;
    return {{mark + "convert", options.converts ? "parquet" : ""},
            {mark + "into", options.into},
            {mark + "where", options.where},
            {mark + "narrow", options.narrows ? "true" : "false"},
            {mark + "compression", options.compression},
            {mark + "target_mb", std::to_string(options.target_bytes / mebibyte)},
            {mark + "keep_raw", duration_text(options.keep_raw)},
            {mark + "sort", fmt::format("{}", fmt::join(options.sort_columns, ", "))},
            {mark + "bloom", fmt::format("{}", fmt::join(options.bloom_columns, ", "))},
            {mark + "when.files_over", std::to_string(policy->files_over)},
            {mark + "when.file_mb_under", std::to_string(policy->file_bytes_under / mebibyte)},
            {mark + "when.idle_for", duration_text(policy->idle_for)}};
}

bool is_of_policy(const std::string& field) { return field.starts_with(mark); }

io::Task<std::optional<Policy>> find_policy(Calls& calls, maintenance::TableKey table) {
    maintenance::Maintenance& service = calls.maintenance();
    auto found = co_await io::run_on(service.home(), find_at_home(service, std::move(table)));
    co_return found;
}

io::Task<aws::Answer<void>> put_policy(Calls& calls, maintenance::TableKey table,
                                       std::optional<Policy> policy) {
    if (calls.is_judging()) co_return aws::Answer<void>();
    maintenance::Maintenance& service = calls.maintenance();
    auto done = co_await io::run_on(service.home(),
                                    put_at_home(service, std::move(table), std::move(policy)));
    if (done) co_return aws::Answer<void>();
    co_return std::unexpected(aws::Fault{"InvalidInputException", done.error().message()});
}

}  // namespace freshet::pipeline
