#include "duck/write/write_files.h"

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "duck/raise.h"
#include "duck/write/copy_sql.h"
#include "duck/write/exact_types.h"
#include "duck/write/parquet_source.h"
#include "duck/write/rejects.h"
#include "duck/write/write_orc.h"

namespace freshet::duck {
namespace {

namespace fs = std::filesystem;
using sql::plan::WritePlan;
using sql::plan::Written;
using sql::plan::WrittenFile;

/// The files of a target: removed with this until they are kept.
class Outputs {
  public:
    explicit Outputs(const sql::plan::WriteTarget& target)
        : target_(target), directory_(base() + ".parts") {}
    ~Outputs() {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
        for (const auto& file : files_) fs::remove(file.path, ignored);
        if (!is_kept_) fs::remove(path(0), ignored);
    }
    Outputs(const Outputs&) = delete;

    /// Where COPY writes.
    std::string copied_to() const { return writes_directory(target_) ? directory_ : path(0); }
    /// A file that COPY made; it gets its name.
    void add(WrittenFile file) {
        if (file.rows == 0) {
            fs::remove(file.path);
            return;
        }
        const std::string name = path(files_.size());
        if (file.path != name) fs::rename(file.path, name);
        file.path = name;
        files_.push_back(std::move(file));
    }
    std::vector<WrittenFile> keep() {
        is_kept_ = true;
        return std::exchange(files_, {});
    }

  private:
    std::string base() const { return target_.directory + "/" + target_.file_name; }
    std::string path(std::size_t number) const {
        const bool is_orc = target_.format == sql::plan::FileFormat::orc;
        return base() + "-" + std::to_string(number) + (is_orc ? ".orc" : ".parquet");
    }
    const sql::plan::WriteTarget& target_;
    const std::string directory_;
    std::vector<WrittenFile> files_;
    bool is_kept_ = false;
};

std::size_t column_of(const WritePlan& plan, const std::string& name) {
    const auto& columns = plan.source.columns;
    const auto found = std::ranges::find(columns, name, &sql::plan::ScanColumn::name);
    if (found == columns.end())
        raise(sql::ErrorCode::column_not_found, "there is no column " + name + " to write");
    return static_cast<std::size_t>(found - columns.begin());
}

/// The rows that are written, by the names of their columns.
std::string select_of(const WritePlan& plan, const std::string& source) {
    const auto& target = plan.target;
    const auto& columns = plan.source.columns;
    std::string select;
    std::size_t count = 0;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const bool is_partition =
            std::ranges::find(target.partition_by, columns[c].name) != target.partition_by.end();
        if (columns[c].is_partition_key || !columns[c].is_used || is_partition) continue;
        const std::string cell = "c" + std::to_string(c);
        select +=
            (count++ > 0 ? ", " : "") +
            (plan.source.format == sql::plan::Format::parquet ? cell
                                                              : with_names(cell, columns[c].type)) +
            " AS " + sql::trino::quote_name(columns[c].name);
    }
    if (count == 0) raise(sql::ErrorCode::not_supported, "there are no columns to write");
    for (std::size_t i = 0; i < target.partition_by.size(); ++i) {
        const std::string cell = "c" + std::to_string(column_of(plan, target.partition_by[i]));
        select += ", CASE WHEN " + cell + " IS NULL THEN 'n' ELSE 'v' || CAST(" + cell +
                  " AS VARCHAR) END AS " + partition_column(i);
    }
    std::string order;
    for (const auto& column : target.sort)
        order += (order.empty() ? " ORDER BY c" : ", c") +
                 std::to_string(column_of(plan, column.name)) +
                 (column.is_descending ? " DESC" : " ASC") +
                 (column.has_nulls_first ? " NULLS FIRST" : " NULLS LAST");
    return "SELECT " + select + " FROM (" + source + ") AS s" + order;
}

duckdb::unique_ptr<duckdb::QueryResult> run(duckdb::Connection& connection,
                                            const std::string& sql) {
    auto result = connection.Query(sql);
    if (result->HasError()) result->ThrowError();
    return result;
}

/// The values that the rows of a file share, in the order of WriteTarget::partition_by.
std::vector<std::optional<std::string>> partition_of(const duckdb::Value& keys,
                                                     const WritePlan& plan) {
    std::vector<std::optional<std::string>> values(plan.target.partition_by.size());
    if (keys.IsNull()) return values;
    for (const auto& entry : duckdb::MapValue::GetChildren(keys)) {
        const auto& pair = duckdb::StructValue::GetChildren(entry);
        const std::string name = pair[0].ToString(), text = pair[1].ToString();
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (name != partition_column(i)) continue;
            FRESHET_CHECK(text == "n" || text.starts_with('v'));  // as select_of() wrote it
            if (text != "n") values[i] = text.substr(1);
        }
    }
    return values;
}

/// What COPY reports of each of its files.
void take_files(duckdb::QueryResult& result, const WritePlan& plan, Outputs& outputs) {
    const auto& names = result.names;
    const auto column = [&](const char* name) {
        const auto found = std::ranges::find(names, name);
        FRESHET_CHECK(found != names.end());  // RETURN_STATS
        return static_cast<duckdb::idx_t>(found - names.begin());
    };
    const auto path = column("filename"), count = column("count"),
               bytes = column("file_size_bytes"), keys = column("partition_keys");
    while (auto chunk = result.Fetch()) {
        if (chunk->size() == 0) break;
        for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
            outputs.add({chunk->GetValue(path, row).ToString(),
                         chunk->GetValue(count, row).GetValue<std::uint64_t>(),
                         chunk->GetValue(bytes, row).GetValue<std::uint64_t>(),
                         partition_of(chunk->GetValue(keys, row), plan)});
        }
    }
}

/// An option of the engine for as long as this lives.
class Setting {
  public:
    Setting(duckdb::Connection& connection, const std::string& name, const std::string& value)
        : connection_(connection), name_(name) {
        run(connection_, "SET " + name_ + "=" + value);
    }
    ~Setting() { connection_.Query("RESET " + name_); }
    Setting(const Setting&) = delete;

  private:
    duckdb::Connection& connection_;
    const std::string name_;
};

/// By the engine's COPY. `metadata` as copy_statement() takes it.
void copy(duckdb::Connection& connection, const WritePlan& plan, const std::string& select,
          const std::string& metadata, Outputs& outputs) {
    std::optional<Setting> order;
    // The engine bounds the bytes of a row group only where rows may change places.
    if (plan.target.row_group_bytes > 0)
        order.emplace(connection, "preserve_insertion_order", "false");
    // With several files, each thread of the engine begins files of its own.
    std::optional<Setting> threads;
    if (!plan.target.sort.empty() && plan.target.file_bytes > 0)
        threads.emplace(connection, "threads", "1");
    auto result =
        run(connection, copy_statement(select, outputs.copied_to(), plan.target, metadata));
    take_files(*result, plan, outputs);
}

}  // namespace

Written write_files(duckdb::Connection& connection, ScanState& scan, const WritePlan& plan) {
    const bool is_orc = plan.target.format == sql::plan::FileFormat::orc;
    if (is_orc) check_orc_target(plan);
    Rejects rejects(plan);
    Outputs outputs(plan.target);
    Written written;
    const bool is_parquet = plan.source.format == sql::plan::Format::parquet;
    std::string source = "SELECT * FROM freshet_text(0)";
    std::string metadata;
    std::uint64_t read = 0;
    if (plan.source.files.empty()) return written;
    if (is_parquet) {
        auto found = parquet_source(connection, *scan.plan);
        if (found.select.empty()) return written;
        source = std::move(found.select);
        read = found.rows;
        metadata = found.metadata.copy_options();
        written.notes = found.metadata.notes();
    } else {
        scan.rejects = &rejects;
        scan.forms = &plan.forms;
        scan.refuses_old_fractions = is_orc;
        scan.rows = 0;
    }
    scan.scanned_bytes = 0;  // what looking at schemas read is read again
    if (is_orc) {
        outputs.add(write_orc(connection, select_of(plan, source), outputs.copied_to(), plan));
    } else {
        copy(connection, plan, select_of(plan, source), metadata, outputs);
    }
    written.rejected = rejects.finish();
    written.scanned_bytes = scan.scanned_bytes;
    written.files = outputs.keep();
    for (const auto& file : written.files) written.rows += file.rows;
    if (!is_parquet) read = scan.rows + written.rejected;
    FRESHET_CHECK(written.rows + written.rejected == read);  // no row is lost, none comes twice
    return written;
}

}  // namespace freshet::duck
