#include "duck/session.h"

#include <algorithm>

#include "base/check.h"
#include "duck/failure.h"
#include "duck/native/adapter.h"
#include "duck/result_file.h"
#include "duck/result_text.h"
#include "duck/scan/object_files.h"
#include "duck/scan/orc/orc_scan.h"
#include "duck/scan/parquet_scan.h"
#include "duck/scan/text_scan.h"
#include "duck/write/look.h"
#include "duck/write/parquet_source.h"
#include "duck/write/write_files.h"

namespace freshet::duck {
namespace {

constexpr std::size_t rows_per_frame = 2048;
constexpr std::size_t frame_bytes = std::size_t{1} << 20;

/// No row, with the columns of the scan.
std::string nothing_of(const sql::plan::ScanPlan& scan) {
    std::string select;
    for (std::size_t c = 0; c < scan.columns.size(); ++c) {
        select += (c == 0 ? "SELECT " : ", ") + std::string("CAST(NULL AS ") +
                  sql::trino::engine_type(scan.columns[c].type) + ") AS c" + std::to_string(c);
    }
    return select + " WHERE false";
}

}  // namespace

struct Session::State {
    ScanState scan;
    OrcShapes orc{scan};
    std::unique_ptr<duckdb::DuckDB> engine;
    std::unique_ptr<duckdb::Connection> connection;

    void command(const std::string& sql) {
        auto result = connection->Query(sql);
        if (result->HasError()) result->ThrowError();
    }
    /// "" when the scan has no files.
    std::string select_of(const sql::plan::QueryPlan& plan, std::size_t scan) {
        if (plan.scans[scan].files.empty()) return "";
        if (plan.scans[scan].format == sql::plan::Format::parquet)
            return parquet_select(*connection, plan, scan);
        if (plan.scans[scan].format == sql::plan::Format::orc)
            return orc_select(*connection, orc, scan);
        return "SELECT * FROM freshet_text(" + std::to_string(scan) + ")";
    }
    void make_scans(const sql::plan::QueryPlan& plan) {
        orc.clear();
        for (std::size_t i = 0; i < plan.scans.size();) {
            const auto& first = plan.scans[i];
            std::string all;
            for (; i < plan.scans.size() && plan.scans[i].view == first.view; ++i) {
                const std::string select = select_of(plan, i);
                if (!select.empty()) all += (all.empty() ? "" : " UNION ALL ") + select;
            }
            if (all.empty()) all = nothing_of(first);
            command("CREATE OR REPLACE TEMPORARY VIEW scan_" + std::to_string(first.view) + " AS " +
                    all);
        }
    }
    void stream(const sql::plan::QueryPlan& plan,
                const std::function<bool(std::vector<sql::plan::Cells>)>& rows) {
        auto result = connection->SendQuery(plan.sql);
        if (result->HasError()) result->ThrowError();
        FRESHET_CHECK(result->ColumnCount() == plan.columns.size());
        std::optional<ResultFile> file;
        if (!plan.result.path.empty()) file.emplace(plan.result);
        std::vector<sql::plan::Cells> pending;
        std::size_t bytes = 0;
        bool is_open = true;
        const auto hand_on = [&] {
            if (file) {
                file->add(pending);
            } else {
                is_open = rows(std::exchange(pending, {}));
            }
            pending.clear();
            bytes = 0;
        };
        while (is_open) {
            auto chunk = result->Fetch();
            if (!chunk || chunk->size() == 0) break;
            for (duckdb::idx_t row = 0; row < chunk->size() && is_open; ++row) {
                sql::plan::Cells& cells = pending.emplace_back();
                for (std::size_t c = 0; c < plan.columns.size(); ++c) {
                    cells.push_back(result_text(chunk->GetValue(c, row), plan.columns[c]));
                    bytes += sizeof(sql::plan::Cells::value_type) +
                             (cells.back() ? cells.back()->size() : 0);
                }
                if (pending.size() >= rows_per_frame || bytes >= frame_bytes) hand_on();
            }
        }
        if (result->HasError()) result->ThrowError();
        if (!pending.empty() && is_open) hand_on();
        if (file) file->finish();
    }
};

Session::Session(const std::string& spill_directory, std::uint64_t memory_mib)
    : state_(std::make_unique<State>()) {
    duckdb::DBConfig config;
    config.SetOptionByName("memory_limit", duckdb::Value(std::to_string(memory_mib) + "MiB"));
    if (!spill_directory.empty())
        config.SetOptionByName("temp_directory", duckdb::Value(spill_directory));
    config.SetOptionByName("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
    state_->engine = std::make_unique<duckdb::DuckDB>(nullptr, &config);
    duckdb::ExtensionLoader loader(*state_->engine->instance, "freshet");
    add_numbers(loader);
    add_decimals(loader);
    add_casts(loader);
    add_text(loader);
    add_times(loader);
    add_zoned_times(loader);
    add_date_patterns(loader);
    add_regexp(loader);
    add_json(loader);
    add_maps(loader);
    add_urls(loader);
    add_lists(loader);
    add_bytes(loader);
    add_parquet_scan(*state_->engine->instance);
    add_text_scan(*state_->engine->instance, state_->scan);
    add_orc_scan(*state_->engine->instance, state_->orc);
    add_object_files(*state_->engine->instance, state_->scan);
    state_->connection = std::make_unique<duckdb::Connection>(*state_->engine);
    state_->command("SET TimeZone='UTC'");
    state_->command("SET ieee_floating_point_ops=true");
}

Session::~Session() = default;

std::expected<std::uint64_t, sql::plan::Failed> Session::run(
    const sql::plan::QueryPlan& plan,
    const std::function<bool(std::vector<sql::plan::Cells>)>& rows) {
    state_->scan.plan = &plan;
    state_->scan.scanned_bytes = 0;
    try {
        state_->make_scans(plan);
        state_->scan.scanned_bytes = 0;  // what looking at schemas read is read again
        state_->stream(plan, rows);
    } catch (const std::exception& problem) {
        return std::unexpected(failure_of(problem, plan));
    }
    return state_->scan.scanned_bytes.load();
}

namespace {

/// What failed, by the name of its file.
sql::plan::Failed named_failure(const std::exception& problem, duckdb::Connection& connection,
                                const sql::plan::QueryPlan& plan) {
    sql::plan::Failed failed = failure_of(problem, plan);
    if (const auto* file = file_named_in(failed.message, plan)) {
        failed.message = failed.message.substr(0, failed.message.find("object://")) + file->name;
        return failed;
    }
    const bool is_of_memory = failed.code == sql::ErrorCode::exceeded_local_memory_limit;
    const bool is_named = std::ranges::any_of(
        plan.scans[0].files, [&](const auto& file) { return failed.message.contains(file.name); });
    if (is_named || is_of_memory || plan.scans[0].format != sql::plan::Format::parquet)
        return failed;
    if (const auto* file = unreadable_file(connection, plan))
        failed.message = file->name + ": " + duckdb::ErrorData(problem).RawMessage();
    return failed;
}

}  // namespace

/// The engine finds the plan's files by a plan of a query, which has no other part.
template <class Plan, class Work>
auto Session::with_source(const Plan& plan, Work work)
    -> std::expected<decltype(work()), sql::plan::Failed> {
    sql::plan::QueryPlan as_query;
    as_query.scans.push_back(plan.source);
    state_->scan.plan = &as_query;
    state_->scan.scanned_bytes = 0;
    std::expected<decltype(work()), sql::plan::Failed> answer;
    try {
        answer = work();
    } catch (const std::exception& problem) {
        state_->scan.rejects = nullptr;
        answer = std::unexpected(named_failure(problem, *state_->connection, as_query));
    }
    state_->scan.rejects = nullptr;
    state_->scan.forms = nullptr;
    state_->scan.refuses_old_fractions = false;
    state_->scan.plan = nullptr;
    return answer;
}

std::expected<sql::plan::Written, sql::plan::Failed> Session::write(
    const sql::plan::WritePlan& plan) {
    return with_source(plan, [&] { return write_files(*state_->connection, state_->scan, plan); });
}

std::expected<sql::plan::Looked, sql::plan::Failed> Session::look(const sql::plan::LookPlan& plan) {
    return with_source(plan, [&] { return look_at(*state_->connection, state_->scan, plan); });
}

}  // namespace freshet::duck
