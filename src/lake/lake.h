// The lake service: crawlers. One home core. Changes complete after they are durable; a crawl runs
// on after its start was answered, and one that the end of the server cuts short runs again when it
// starts. Crawlers that follow objects take them as they come (follow.cpp); crawlers with a
// schedule start by themselves (schedule.cpp).
#pragma once
#include <functional>

#include "io/core.h"
#include "io/turn.h"
#include "lake/classifiers.h"
#include "lake/classify.h"
#include "lake/crawl.h"
#include "lake/errors.h"
#include "lake/ports.h"
#include "lake/types.h"
#include "meta/database.h"

namespace freshet::lake {

/// Life: load() before the core runs; begin() once, then calls on the home core in any order;
/// stop() ends the crawls that run, before their next file, and completes when none is left: only
/// then may the database, the pool and the siblings go. create(), update() and remove() complete
/// when the change is durable; start() completes when it is durable that the crawl has begun.
/// Pointers from find() and list() are good until the caller waits.
class Crawlers {
  public:
    Crawlers(io::Core& home, meta::Database& database, io::Pool& pool, Siblings& siblings,
             const Classifiers& classifiers)
        : home_(home),
          database_(database),
          pool_(pool),
          siblings_(siblings),
          classifiers_(classifiers),
          changing_(home),
          ended_(home),
          schedules_changed_(home),
          stop_(home),
          scope_(home) {}
    Result<> load();
    void begin();
    io::Task<void> stop();
    io::Core& home() { return home_; }

    io::Task<Result<>> create(Crawler wanted);
    Result<const Crawler*> find(const CrawlerKey& key) const;
    std::vector<const Crawler*> list(const Home& home) const;
    /// `change` sets what a user may set; not while it runs.
    io::Task<Result<>> update(CrawlerKey key, std::function<void(Crawler&)> change);
    io::Task<Result<>> remove(CrawlerKey key);
    io::Task<Result<>> start(CrawlerKey key);
    /// Starts by itself again, or no more, until the other is said. Errc::no_schedule,
    /// Errc::schedule_running, Errc::schedule_not_running.
    io::Task<Result<>> start_schedule(CrawlerKey key);
    io::Task<Result<>> stop_schedule(CrawlerKey key);
    /// An empty expression: none. Also while a crawl runs.
    io::Task<Result<>> set_schedule(CrawlerKey key, std::string expression);
    io::Task<Result<>> change_tags(CrawlerKey key, Tags added, std::vector<std::string> removed);
    /// The crawl ends before its next file.
    Result<> halt(const CrawlerKey& key);
    /// Why a crawl did what it did; "" is the last one. Errc::not_found.
    struct Explanation {
        PastCrawl crawl;
        std::vector<std::string> lines;  ///< a sentence each; none when they are not kept any more
    };
    io::Task<Result<Explanation>> explain(CrawlerKey key, std::string crawl);
    /// Notified when a crawl has ended and is in its crawler's history.
    io::Signal& ended() { return ended_; }

  private:
    /// What of a crawler is at work: a crawl, or objects that came. One of them at a time.
    struct Work {
        explicit Work(io::Core& core) : turn(core) {}
        io::Turn turn;
        std::shared_ptr<const void> watch;  ///< of one that follows objects
        bool is_due = false, is_active = false, has_failed = false;
        std::map<std::string, std::string> judged;  ///< folder: what was there when all was crawled
        std::map<std::string, Timestamp> counted;   ///< table: not again before
        std::set<std::string> counting;             ///< tables that are counted later
    };
    std::shared_ptr<Work> work_of(const Crawler& crawler);
    io::Task<void> run(CrawlerKey key);
    /// What one crawl gathers.
    struct Course {
        Settings settings;
        std::vector<std::string> lines;
        Tally tally;
        std::set<std::string> names;    ///< of its tables
        std::set<std::string> kept;     ///< locations of tables that are still there
        std::set<std::string> touched;  ///< tables in which objects came or went, in event mode
        std::map<std::string, std::string>
            seen;  ///< by earlier crawls: folder to its table's location
        std::map<std::string, std::string> folders;  ///< by this one
        std::vector<CustomClassifier> customs;
        void take(Done done);
    };
    io::Task<Result<>> crawl(Crawler crawler, Course* course);
    Result<> check_classifiers(const Crawler& crawler) const;
    /// Its settings and its classifiers.
    Result<> prepare(const Crawler& crawler, Course* course) const;
    static PastCrawl ended_crawl(PastCrawl past, const Result<>& outcome, bool was_stopped,
                                 Course* course);
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
                                       Sampling sampling, Course* course);
    /// What the file is, by its front or, of Parquet, by the metadata at its end; the inner error
    /// says why it is nothing known.
    io::Task<Result<std::expected<Classified, std::string>>> classify_file(
        std::string bucket, Listed file, std::size_t sample_bytes,
        const std::vector<CustomClassifier>* customs);
    io::Task<Result<std::expected<Classified, std::string>>> classify_by_end(std::string bucket,
                                                                             Listed file,
                                                                             Bytes front);

    void hear(const CrawlerKey& key, std::int64_t id);
    void watch(const Crawler& crawler);
    io::Task<void> follow(CrawlerKey key, std::shared_ptr<Work> work);
    /// False when there was nothing to do.
    io::Task<Result<bool>> follow_once(CrawlerKey key, Work* work);
    io::Task<Result<>> crawl_instead(Crawler crawler, Course* course);
    io::Task<Result<>> take_changes(Crawler crawler, std::vector<Change> changes, Work* work,
                                    Course* course);
    /// False when the folder has no place in the tables that are known: all is to be crawled.
    io::Task<Result<bool>> take_folder(Crawler crawler, Target target, Folder* folder,
                                       std::vector<KnownTable>* known, Work* work, Course* course);
    io::Task<Result<Done>> publish_part(Crawler crawler, FoundTable found, bool has_news,
                                        Settings settings);
    io::Task<Result<>> prune(Crawler crawler, Target target, std::set<std::string> folders,
                             std::vector<KnownTable> known, Course* course);
    io::Task<Result<bool>> has_data(std::string bucket, std::string prefix, Target target);
    struct Settled {
        std::int64_t number = 0;  ///< up to this one; 0: none
        std::optional<PastCrawl> past;
        std::vector<std::string> reasons;  ///< of `past`
        bool is_overdue = false;
    };
    io::Task<Result<>> settle(CrawlerKey key, std::int64_t id, Settled what);

    // counts.cpp
    /// Now, or, of tables that were counted lately, later.
    io::Task<Result<>> count_tables(Crawler crawler, std::set<std::string> names, Work* work);
    io::Task<Result<>> count_table(Crawler crawler, std::string name, Work* work);
    io::Task<void> count_later(CrawlerKey key, std::string name, std::shared_ptr<Work> work);

    io::Task<void> run_clock();
    io::Task<void> tick(CrawlerKey key);
    /// Within the turn: what `change` makes of the crawler, durably.
    io::Task<Result<>> write(CrawlerKey key, std::function<void(Crawler&)> change);
    bool is_stopping(const CrawlerKey& key) const;
    io::Core& home_;
    meta::Database& database_;
    io::Pool& pool_;
    Siblings& siblings_;
    const Classifiers& classifiers_;
    std::map<CrawlerKey, Crawler> crawlers_;
    bool is_stopping_ = false;
    std::map<std::int64_t, std::shared_ptr<Work>> works_;
    io::Turn changing_;  ///< a change reads a crawler, waits, and writes it
    io::Signal ended_;
    io::Signal schedules_changed_;
    io::StopFlag stop_;
    io::Scope scope_;
};

/// As AWS's ids look; the same for the same three.
std::string crawl_id(const CrawlerKey& key, Timestamp started, std::int64_t number = 0);

}  // namespace freshet::lake
