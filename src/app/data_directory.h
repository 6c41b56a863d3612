// The data directory: one server at a time, one format, parts that belong together.
// docs/formats/data-directory.md says what is inside, docs/backup.md what a start checks.
#pragma once
#include <memory>
#include <string>

#include "app/lineage.h"
#include "io/disk.h"

namespace freshet::app {

inline constexpr int data_format = 1;

class DataDirectory {
  public:
    /// Makes `path` when missing, takes its lock, looks at FORMAT and at which parts there are.
    /// Errc::busy when another server has it; Errc::invalid when its format is newer than this
    /// program's, when it holds something and meta.db, which knows what, is missing, or when
    /// meta.db-wal is of another meta.db. Nothing is changed then.
    static Result<DataDirectory> open(io::Disk& disk, const std::string& path);
    /// With meta.db open, before anything else is: writes FORMAT, and compares the ages of the
    /// parts. Errc::invalid names one that is missing, older than meta.db or of another directory.
    Result<> settle(const meta::Database& database);
    /// Everything is recovered: enters this run in every part.
    Result<> begin_run(meta::Database& database);

    const std::string& path() const { return path_; }
    /// After settle(): the number of this run, and which parts were used after this meta.db.
    std::int64_t run() const { return run_.number; }
    bool is_log_newer() const { return is_log_newer_; }
    bool is_objects_newer() const { return is_objects_newer_; }
    /// There was a run before: what it must have left can be asked for.
    bool has_run() const { return !runs_.empty(); }

  private:
    Result<> enter_run(meta::Database& database);
    Result<> refuse_without_meta() const;
    Result<> refuse_foreign_wal() const;
    Result<> settle_format();
    Result<bool> holds_files(const std::string& part) const;
    Result<Age> age_of(const std::string& part, const Runs& runs) const;

    io::Disk* disk_ = nullptr;
    std::string path_;
    std::unique_ptr<io::File> lock_;
    bool has_format_ = false;
    Runs runs_;  ///< of all parts, the newest's
    Run run_;
    bool is_log_newer_ = false, is_objects_newer_ = false;
};

}  // namespace freshet::app
