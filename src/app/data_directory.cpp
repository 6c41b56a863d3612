#include "app/data_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "base/check.h"
#include "base/crypto/cipher.h"
#include "base/crypto/digest.h"
#include "base/log.h"

namespace freshet::app {
namespace {

constexpr std::size_t run_id_bytes = 8;
/// Parts that have files of their own beside meta.db, with what each of their files depends on it.
constexpr std::array<std::string_view, 3> parts{"log/journal", "log/partitions", "objects"};
constexpr std::string_view advice =
    "Put back the copy of it that belongs to meta.db (docs/backup.md). Nothing was changed";

Result<std::uint64_t> size_of(io::Disk& disk, const std::string& path) {
    auto there = disk.exists(path);
    if (!there) return pass(there);
    if (!*there) return std::uint64_t{0};
    auto file = disk.open(path, io::OpenMode::read);
    if (!file) return pass(file);
    return (*file)->size();
}

}  // namespace

Result<DataDirectory> DataDirectory::open(io::Disk& disk, const std::string& path) {
    DataDirectory directory;
    directory.disk_ = &disk;
    directory.path_ = path;
    if (auto made = disk.make_directories(path); !made) return pass(made);
    auto lock = disk.open(path + "/LOCK", io::OpenMode::create);
    if (!lock) return pass(lock);
    directory.lock_ = std::move(*lock);
    if (auto locked = directory.lock_->lock(); !locked) {
        if (!locked.error().is(Errc::busy)) return pass(locked);
        return fail(Errc::busy,
                    fmt::format("another Freshet is running on the data directory {}", path));
    }
    auto there = disk.exists(path + "/FORMAT");
    if (!there) return pass(there);
    directory.has_format_ = *there;
    if (*there) {
        auto text = io::read_file(disk, path + "/FORMAT", 256);
        if (!text) return pass(text);
        if (*text != fmt::format("freshet {}\n", data_format)) {
            return fail(Errc::invalid,
                        fmt::format("{} holds the format '{}'; this program reads format {}", path,
                                    text->substr(0, text->find('\n')), data_format));
        }
    }
    auto meta = size_of(disk, path + "/meta.db");
    if (!meta) return pass(meta);
    auto fits = *meta == 0 ? directory.refuse_without_meta() : directory.refuse_foreign_wal();
    if (!fits) return pass(fits);
    return directory;
}

/// A new meta.db would know nothing of what lies here, and SQLite drops the write-ahead log of a
/// missing one.
Result<> DataDirectory::refuse_without_meta() const {
    std::vector<std::string_view> found;
    if (has_format_) found.push_back("FORMAT");
    auto wal = size_of(*disk_, path_ + "/meta.db-wal");
    if (!wal) return pass(wal);
    if (*wal > 0) found.push_back("meta.db-wal");
    for (const std::string_view part : {"log", "objects"}) {
        auto holds = holds_files(std::string(part));
        if (!holds) return pass(holds);
        if (*holds) found.push_back(part);
    }
    if (found.empty()) return {};
    return fail(Errc::invalid,
                fmt::format("{} has {} and no meta.db, which says what they hold. Put meta.db back "
                            "(docs/backup.md), or choose an empty directory. Nothing was changed",
                            path_, fmt::join(found, ", ")));
}

/// A server that was killed leaves a write-ahead log, which moves into meta.db once that is opened:
/// one of another meta.db would overwrite what is in it.
Result<> DataDirectory::refuse_foreign_wal() const {
    auto wal = size_of(*disk_, path_ + "/meta.db-wal");
    if (!wal) return pass(wal);
    if (*wal == 0) return {};
    auto inspected = meta::Inspection::open(path_ + "/meta.db");
    if (!inspected && inspected.error().is(Errc::corrupt)) {
        return fail(Errc::invalid,
                    fmt::format("{0}/meta.db and {0}/meta.db-wal do not fit one another ({1}): one "
                                "of them is of another copy, or damaged. Put back the two that "
                                "belong together (docs/backup.md). Nothing was changed",
                                path_, inspected.error().message()));
    }
    if (!inspected) return pass(inspected);
    auto runs = load_runs(*inspected);
    if (!runs) return pass(runs);
    for (const std::string_view part : parts) {
        if (auto age = age_of(std::string(part), *runs); !age)
            return std::unexpected(std::move(age.error()).within("with its meta.db-wal"));
    }
    return {};
}

/// Whether there is a file in `part` or two levels below.
Result<bool> DataDirectory::holds_files(const std::string& part) const {
    const std::string root = path_ + "/" + part;
    auto there = disk_->exists(root);
    if (!there || !*there) return there;
    auto names = disk_->list(root);
    if (!names) return pass(names);
    for (const std::string& name : *names) {
        auto inner = disk_->list(root + "/" + name);
        if (!inner || !inner->empty()) return true;  // a file, or a directory with something
    }
    return false;
}

Result<> DataDirectory::settle_format() {
    if (has_format_) return {};
    if (!runs_.empty())
        log_warn("app", "FORMAT was missing and is written again",
                 {{"directory", path_}, {"format", data_format}});
    has_format_ = true;
    return io::write_file(*disk_, path_ + "/FORMAT", fmt::format("freshet {}\n", data_format));
}

/// Same or newer; what else it is, is refused by name.
Result<Age> DataDirectory::age_of(const std::string& part, const Runs& runs) const {
    auto own = load_runs(*disk_, path_ + "/" + part);
    if (!own) return pass(own);
    const Age age = compare(*own, runs);
    switch (age) {
        case Age::same:
        case Age::newer:
            return age;
        case Age::missing: {
            auto holds = holds_files(part);
            if (!holds) return pass(holds);
            return fail(Errc::invalid,
                        *holds ? fmt::format("{0}/{1} is older than meta.db: it has no RUNS, and "
                                             "meta.db is in run {2}. {3}",
                                             path_, part, runs.back().number, advice)
                               : fmt::format("{}/{} is missing. {}", path_, part, advice));
        }
        case Age::older:
            return fail(
                Errc::invalid,
                fmt::format("{}/{} is older than meta.db: it was last used in run {}, "
                            "meta.db in run {}. What was acknowledged since is not in it. {}",
                            path_, part, own->back().number, runs.back().number, advice));
        case Age::foreign:
            break;
    }
    return fail(Errc::invalid,
                fmt::format("{}/{} and meta.db do not belong together: they are of different data "
                            "directories, or of copies that went on separately. {}",
                            path_, part, advice));
}

Result<> DataDirectory::settle(const meta::Database& database) {
    FRESHET_CHECK(lock_ != nullptr);
    FRESHET_CHECK(run_.number == 0);  // once a start
    auto meta = load_runs(database);
    if (!meta) return pass(meta);
    runs_ = *meta;
    std::array<Runs, parts.size()> all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string part(parts[i]);
        auto age = age_of(part, *meta);
        if (!age) return pass(age);
        auto own = load_runs(*disk_, path_ + "/" + part);
        if (!own) return pass(own);
        all[i] = std::move(*own);
        if (compare(all[i], runs_) == Age::newer) runs_ = all[i];
        (part == "objects" ? is_objects_newer_ : is_log_newer_) |= *age == Age::newer;
    }
    // A start that was killed in enter_run(), or had no room, has entered its run in the journal
    // alone. Whether the records of the two fit is the log's to say.
    const Age journal = compare(all[0], all[1]);
    if (journal != Age::same && journal != Age::newer) {
        return fail(Errc::invalid,
                    fmt::format("{0}/{1} and {0}/{2} do not belong together: they are of different "
                                "copies. {3}",
                                path_, parts[0], parts[1], advice));
    }
    for (const bool is_objects : {false, true}) {
        if (is_objects ? !is_objects_newer_ : !is_log_newer_) continue;
        log_warn("app", "meta.db is older than the files beside it",
                 {{"directory", path_ + (is_objects ? "/objects" : "/log")},
                  {"meta_db_run", meta->empty() ? 0 : meta->back().number},
                  {"files_run", (is_objects ? all[2] : all[0]).back().number}});
    }
    run_ = {runs_.empty() ? 1 : runs_.back().number + 1, to_hex(secure_random(run_id_bytes))};
    FRESHET_CHECK(runs_.empty() || run_.number > runs_.back().number);
    return settle_format();
}

Result<> DataDirectory::begin_run(meta::Database& database) {
    FRESHET_CHECK(run_.number > 0);  // settle() came first and refused nothing
    auto entered = enter_run(database);
    if (entered || !entered.error().is(Errc::no_space)) return entered;
    // What is there can be read, and nothing is written before there is room.
    log_warn("app", "the disk is full: this run is not entered in the data directory",
             {{"reason", entered.error().message()}});
    return {};
}

Result<> DataDirectory::enter_run(meta::Database& database) {
    // meta.db last: it is never in a run that a part has not entered.
    for (const std::string_view part : parts) {
        const std::string place = fmt::format("{}/{}", path_, part);
        auto runs = load_runs(*disk_, place);
        if (!runs) return pass(runs);
        runs->push_back(run_);
        if (auto saved = save_runs(*disk_, place, *runs); !saved) return saved;
    }
    return add_run(database, run_, data_format);
}

}  // namespace freshet::app
