// Parquet by the worker process: from objects to files of the scratch directory, and from there to
// staged bytes.
#include <fmt/format.h>

#include <filesystem>

#include "base/check.h"
#include "base/uuid.h"
#include "io/faults/failpoint.h"
#include "maintenance/run/listing.h"
#include "maintenance/run/work.h"

namespace freshet::maintenance {
namespace {

namespace fs = std::filesystem;

constexpr const char* null_partition = "__HIVE_DEFAULT_PARTITION__";
constexpr std::string_view form_parameter = "freshet.form.";

sql::plan::Compression compression_of(const std::string& word) {
    if (word == "snappy") return sql::plan::Compression::snappy;
    if (word == "gzip") return sql::plan::Compression::gzip;
    if (word == "none") return sql::plan::Compression::none;
    return sql::plan::Compression::zstd;
}

/// The forms of the texts that a narrowed column is read from, as the table remembers them.
std::map<std::string, sql::plan::TextForm> forms_of(const Table& table) {
    std::map<std::string, sql::plan::TextForm> forms;
    for (const auto& [name, value] : table.storage.properties) {
        if (!name.starts_with(form_parameter)) continue;
        forms[name.substr(form_parameter.size())] =
            value == "iso" ? sql::plan::TextForm::iso : sql::plan::TextForm::us;
    }
    return forms;
}

/// The source whose name the message has: the longest, since one may begin with another.
const Listed* named_in(const std::string& message, const std::string& bucket, const Group& group) {
    const Listed* found = nullptr;
    for (const Listed& source : group.sources) {
        const bool is_named =
            message.find("s3://" + bucket + "/" + source.key) != std::string::npos;
        if (is_named && (!found || source.key.size() > found->key.size())) found = &source;
    }
    return found;
}

/// A directory that is removed with all that is in it.
class Scratch {
  public:
    Scratch(io::Pool& pool, std::string path) : pool_(pool), path_(std::move(path)) {}
    ~Scratch() {
        pool_.submit([path = path_] {
            std::error_code ignored;
            fs::remove_all(path, ignored);
        });
    }
    Scratch(const Scratch&) = delete;
    io::Task<Result<>> make() {
        auto made = co_await pool_.run([this]() -> Result<> {
            std::error_code problem;
            fs::create_directories(path_ + "/spill", problem);
            if (problem) return fail(freshet::Errc::io, path_ + ": " + problem.message());
            return {};
        });
        co_return made;
    }
    const std::string& path() const { return path_; }

  private:
    io::Pool& pool_;
    std::string path_;
};

}  // namespace

io::Task<Result<sql::plan::ScanPlan>> Work::scan_of(Part part, Storage storage, Group group,
                                                    std::vector<Column> columns) {
    sql::plan::ScanPlan scan;
    scan.format = *storage.format;
    scan.properties = storage.properties;
    for (const Column& column : columns)
        scan.columns.push_back({column.name, column.engine_type, false, true});
    auto& values = scan.partitions.emplace_back();
    for (std::size_t i = 0; i < table_.partition_keys.size(); ++i) {
        const Column& key = table_.partition_keys[i];
        scan.columns.push_back({key.name, key.engine_type, true, false});
        const bool is_null = i >= part.values.size() || part.values[i] == null_partition;
        values.push_back(is_null ? std::nullopt : std::optional(part.values[i]));
    }
    for (const Listed& listed : group.sources) {
        auto object = co_await find_listed(parts_.objects, part.bucket, listed);
        if (!object) co_return pass(object);
        sql::plan::File file{"s3://" + part.bucket + "/" + object->key, object->size, 0, {}};
        for (const objects::Extent& extent : object->extents) {
            auto key = parts_.objects.key_of(extent);
            if (!key) co_return pass(key);
            file.extents.push_back({fs::absolute(parts_.objects.path_of(extent)).string(),
                                    extent.offset, extent.size, std::move(*key)});
        }
        scan.files.push_back(std::move(file));
    }
    co_return scan;
}

io::Task<Result<Work::Written>> Work::write_parquet(Part part, Storage storage, Group group,
                                                    Place place, std::vector<Column> columns,
                                                    Unfit* unfit) {
    const auto hold = parts_.objects.hold();
    sql::plan::WritePlan plan;
    auto scan = co_await scan_of(part, storage, group, columns);
    if (!scan) co_return pass(scan);
    plan.source = std::move(*scan);
    const std::string name = "part-" + new_uuid();
    Scratch scratch(parts_.pool,
                    fs::absolute(parts_.objects.scratch_directory()).string() + "/" + name);
    if (auto made = co_await scratch.make(); !made) co_return pass(made);
    plan.target.directory = scratch.path();
    plan.target.file_name = name;
    plan.target.compression = compression_of(run_.options.compression);
    const bool is_merge = storage.format == sql::plan::Format::parquet;
    plan.target.file_bytes = is_merge ? 0 : run_.options.target_bytes;
    for (const std::string& column : run_.options.sort_columns)
        plan.target.sort.push_back({column});
    plan.target.bloom_columns = run_.options.bloom_columns;
    if (!run_.options.into.empty()) plan.forms = forms_of(target_);
    plan.rejects_path = scratch.path() + "/rejected.ndjson";
    plan.rejects_max = limits::rejected_rows_max;
    plan.memory_mib = limits::worker_memory_mib;
    plan.spill_directory = scratch.path() + "/spill";
    const std::string rejects_path = plan.rejects_path;
    plans_.insert(name);
    auto written = co_await parts_.worker.write(name, std::move(plan));
    plans_.erase(name);
    if (!written) {
        const Listed* named = named_in(written.error().message(), part.bucket, group);
        if (!named) co_return pass(written);
        unfit->emplace(named->key, written.error().message());
        co_return fail(Errc::unfit, written.error().message());
    }
    for (const std::string& what : written->notes)
        note(fmt::format("s3://{}/{}: {}", place.bucket, place.folder, what));
    auto adopted = co_await adopt(std::move(*written), rejects_path, std::move(place), name);
    co_return adopted;
}

io::Task<Result<Work::Written>> Work::adopt(sql::plan::Written written, std::string rejects_path,
                                            Place place, std::string name) {
    Written made;
    made.rows = static_cast<std::int64_t>(written.rows);
    made.rejected = static_cast<std::int64_t>(written.rejected);
    std::int64_t rows_of_files = 0;
    auto encryption = co_await parts_.objects.default_encryption(place.bucket);
    if (!encryption) co_return pass(encryption);
    std::vector<std::pair<std::string, std::string>> files;  // paths with their keys
    for (const sql::plan::WrittenFile& file : written.files) {
        files.emplace_back(file.path, place.folder + fs::path(file.path).filename().string());
        rows_of_files += static_cast<std::int64_t>(file.rows);
        made.bytes += static_cast<std::int64_t>(file.bytes);
        ++made.files;
    }
    FRESHET_CHECK(rows_of_files == made.rows);  // the worker is of the same build
    if (made.rejected > 0)
        files.emplace_back(rejects_path,
                           fmt::format("{}_rejected/{}/{}.ndjson", place.rejected, run_.id, name));
    for (const auto& [path, key] : files) {
        auto staged = co_await parts_.objects.adopt(path, *encryption);
        if (!staged) {
            co_await discard(std::move(made.added));
            co_return pass(staged);
        }
        const bool is_parquet = key.ends_with(".parquet");
        made.added.push_back({key,
                              std::move(*staged),
                              {{"content-type", is_parquet ? "application/vnd.apache.parquet"
                                                           : "application/x-ndjson"}}});
    }
    io::failpoints::reach("maintenance.after_stage");
    co_return made;
}

}  // namespace freshet::maintenance
