// The lake service: crawlers. One home core. Changes complete after they are durable; a crawl runs
// on after its start was answered, and one that a restart cuts short is run again by its user.
#pragma once
#include <functional>

#include "io/core.h"
#include "io/turn.h"
#include "lake/classify.h"
#include "lake/crawl.h"
#include "lake/errors.h"
#include "lake/ports.h"
#include "lake/types.h"
#include "meta/database.h"

namespace freshet::lake {

/// Life: load() before the core runs, then calls on the home core in any order; stop() ends the
/// crawls that run, before their next file, and completes when none is left: only then may the
/// database, the pool and the siblings go. create(), update() and remove() complete when the change
/// is durable; start() completes when the crawl has begun. Pointers from find() and list() are good
/// until the caller waits.
class Crawlers {
  public:
    Crawlers(io::Core& home, meta::Database& database, io::Pool& pool, Siblings& siblings)
        : home_(home),
          database_(database),
          pool_(pool),
          siblings_(siblings),
          changing_(home),
          ended_(home),
          scope_(home) {}
    Result<> load();
    io::Task<void> stop();
    io::Core& home() { return home_; }

    io::Task<Result<>> create(Crawler wanted);
    Result<const Crawler*> find(const CrawlerKey& key) const;
    std::vector<const Crawler*> list(const Home& home) const;
    /// `change` sets what a user may set; not while it runs.
    io::Task<Result<>> update(CrawlerKey key, std::function<void(Crawler&)> change);
    io::Task<Result<>> remove(CrawlerKey key);
    io::Task<Result<>> start(CrawlerKey key);
    /// The crawl ends before its next file.
    Result<> halt(const CrawlerKey& key);
    /// Notified when a crawl has ended and is in its crawler's history.
    io::Signal& ended() { return ended_; }

  private:
    io::Task<void> run(CrawlerKey key);
    /// What one crawl gathers.
    struct Course {
        Settings settings;
        std::vector<std::string> lines;
        Tally tally;
        std::set<std::string> names;  ///< of its tables
        std::set<std::string> kept;   ///< locations of tables that are still there
        std::map<std::string, std::string>
            seen;  ///< by earlier crawls: folder to its table's location
        std::map<std::string, std::string> folders;  ///< by this one
        void take(Done done);
    };
    io::Task<Result<>> crawl(CrawlerKey key, Course* course);
    io::Task<Result<>> crawl_target(Crawler crawler, Target target, Course* course);
    io::Task<Result<Folder>> find_folders(Crawler crawler, Target target, Course* course);
    /// The object that the path names, when no folder is there; an empty list when none is.
    io::Task<Result<std::vector<Listed>>> find_object(Target target);
    /// How much of each folder is read.
    struct Sampling {
        std::size_t files = 0, bytes = 0;  ///< of a folder, of a file
    };
    io::Task<Result<>> classify_folders(CrawlerKey key, Target target, std::string bucket,
                                        std::vector<Folder*> folders, Course* course);
    io::Task<Result<>> classify_folder(CrawlerKey key, std::string bucket, Folder* folder,
                                       Sampling sampling, std::vector<std::string>* lines);
    /// What the file is, by its front or, of Parquet, by the metadata at its end; the inner error
    /// says why it is nothing known.
    io::Task<Result<std::expected<Classified, std::string>>> classify_file(
        std::string bucket, Listed file, std::size_t sample_bytes);
    bool is_stopping(const CrawlerKey& key) const;
    io::Core& home_;
    meta::Database& database_;
    io::Pool& pool_;
    Siblings& siblings_;
    std::map<CrawlerKey, Crawler> crawlers_;
    bool is_stopping_ = false;
    io::Turn changing_;  ///< a change reads a crawler, waits, and writes it
    io::Signal ended_;
    io::Scope scope_;
};

}  // namespace freshet::lake
