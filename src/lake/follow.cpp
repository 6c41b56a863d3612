// Event mode: what becomes of objects below a crawler's targets is taken as it is committed. The
// object engine remembers each change until the crawler has settled it, so a restart loses none; a
// change that was taken and not settled is taken again, which finds its partition there.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "io/faults/failpoint.h"
#include "lake/crawl.h"
#include "lake/group/alike.h"
#include "lake/lake.h"
#include "lake/limits.h"
#include "lake/store.h"

namespace freshet::lake {
namespace {

/// The log stream of all that a crawler does by itself.
std::string stream_of(const CrawlerKey& key) { return key.name + "/events"; }

/// The folder's values of the table's keys; nothing when it has other keys.
std::optional<std::vector<std::string>> values_in(const KnownTable& table,
                                                  const std::string& location) {
    std::vector<std::string> keys, values;
    for (Step& step : steps_between(table.location, location)) {
        keys.push_back(std::move(step.key));
        values.push_back(std::move(step.value));
    }
    name_keys(keys);
    if (keys != table.keys) return std::nullopt;
    return values;
}

std::string outline_of(const Format& format) {
    std::string text = format.classification + format.compression + format.delimiter;
    for (const Column& column : format.columns) text += "," + column.name + " " + column.type;
    return text;
}

bool has_named_steps(const KnownTable& table, const std::string& location) {
    return std::ranges::any_of(steps_between(table.location, location),
                               [](const Step& step) { return !step.key.empty(); });
}

/// The key of a target that is one object; "" of a folder.
std::string object_of(const Target& target, const Place& place) {
    if (target.path.ends_with('/') || place.prefix.empty()) return "";
    return place.prefix.substr(0, place.prefix.size() - 1);
}

}  // namespace

void Crawlers::watch(const Crawler& crawler) {
    Work& work = *work_of(crawler);
    work.watch.reset();
    work.judged.clear();
    if (crawler.follows_objects())
        work.watch =
            siblings_.watch(crawler, [this, key = crawler.key, id = crawler.id] { hear(key, id); });
}

void Crawlers::hear(const CrawlerKey& key, std::int64_t id) {
    const auto found = crawlers_.find(key);
    if (is_stopping_ || found == crawlers_.end() || found->second.id != id) return;
    std::shared_ptr<Work> work = work_of(found->second);
    work->is_due = found->second.follows_objects();
    if (!work->is_due || work->is_active) return;
    work->is_active = true;
    scope_.spawn(follow(key, std::move(work)));
}

io::Task<void> Crawlers::follow(CrawlerKey key, std::shared_ptr<Work> work) {
    while (work->is_due && !is_stopping_) {
        work->is_due = false;
        Result<bool> had_some = true;
        while (had_some && *had_some && !is_stopping_) {
            auto working = co_await work->turn.take();
            had_some = co_await follow_once(key, work.get());
        }
        if (had_some) continue;
        log_warn("lake", "objects that came could not be crawled; they are tried again",
                 {{"crawler", key.name}, {"reason", had_some.error().message()}});
        const bool has_slept = co_await stop_.sleep_until(home_.now() + limits::follow_again_after);
        work->is_due = has_slept;
    }
    work->is_active = false;
}

io::Task<Result<bool>> Crawlers::follow_once(CrawlerKey key, Work* work) {
    const auto found = crawlers_.find(key);
    if (found == crawlers_.end() || !found->second.follows_objects()) co_return false;
    const Crawler crawler = found->second;
    auto changes = co_await siblings_.changes(crawler, limits::backlog_max + 1);
    if (!changes) co_return pass(changes);
    if (changes->empty() && !crawler.is_overdue) co_return false;
    std::int64_t last = changes->empty() ? 0 : changes->back().number;
    if (changes->size() > limits::backlog_max) {
        Settled forgotten;
        forgotten.number = last;
        forgotten.is_overdue = true;
        auto kept = co_await settle(key, crawler.id, std::move(forgotten));
        if (!kept) co_return pass(kept);
        co_return true;
    }
    if (changes->size() > limits::changes_at_once && !crawler.is_overdue) {
        changes->resize(limits::changes_at_once);
        last = changes->back().number;
    }
    PastCrawl past;
    past.started = home_.now();
    past.id = crawl_id(key, past.started, last);
    past.log_stream = stream_of(key);
    Course course;
    course.lines.push_back(fmt::format("{} changes of objects", changes->size()));
    Result<> taken;
    if (crawler.is_overdue)
        taken = co_await crawl_instead(crawler, &course);
    else
        taken = co_await take_changes(crawler, std::move(*changes), work, &course);
    if (is_stopping_) co_return false;
    io::failpoints::reach("lake.after_take");
    past = ended_crawl(std::move(past), taken, false, &course);
    past.ended = home_.now();
    Settled settled;
    settled.number = taken ? last : 0;
    settled.is_overdue = crawler.is_overdue && !taken;
    settled.reasons = kept_lines(course.lines);
    siblings_.log(key, past.log_stream, std::move(course.lines));
    const bool is_news = (!taken && !work->has_failed) || past.tally != Tally();
    work->has_failed = !taken;
    if (is_news) settled.past = std::move(past);
    auto kept = co_await settle(key, crawler.id, std::move(settled));
    io::failpoints::reach("lake.after_settle");
    if (!taken) co_return pass(taken);
    if (!kept) co_return pass(kept);
    auto counted = co_await count_tables(crawler, std::move(course.touched), work);
    if (!counted)
        log_warn("lake", "the objects of a table were not counted",
                 {{"crawler", key.name}, {"reason", counted.error().message()}});
    co_return true;
}

io::Task<Result<>> Crawlers::crawl_instead(Crawler crawler, Course* course) {
    course->lines.push_back(fmt::format(
        "all is crawled: more than {} changes of objects waited, and they were forgotten",
        limits::backlog_max));
    auto crawled = co_await crawl(std::move(crawler), course);
    co_return crawled;
}

io::Task<Result<>> Crawlers::settle(CrawlerKey key, std::int64_t id, Settled what) {
    std::optional<PastCrawl>& past = what.past;
    auto turn = co_await changing_.take();
    const auto found = crawlers_.find(key);
    if (found == crawlers_.end() || found->second.id != id) co_return Result<>();
    Crawler changed = found->second;
    const bool is_changed = past || changed.is_overdue != what.is_overdue;
    changed.is_overdue = what.is_overdue;
    if (past) changed.last = LastCrawl{past->outcome, past->error, past->log_stream, past->started};
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto done = siblings_.settle_in(txn, changed, what.number);
        if (done && is_changed) done = store::put(txn, changed);
        if (done && past) done = store::add_crawl(txn, changed.id, *past);
        if (done && past) done = store::add_reasons(txn, changed.id, past->id, what.reasons);
        return done;
    });
    if (!written) co_return written;
    Crawler& crawler = crawlers_.at(key);
    crawler.is_overdue = what.is_overdue;
    if (!past) co_return written;
    crawler.last = changed.last;
    crawler.history.push_back(std::move(*past));
    if (crawler.history.size() > limits::history_max)
        crawler.history.erase(crawler.history.begin());
    ended_.notify();
    co_return written;
}

io::Task<Result<>> Crawlers::take_changes(Crawler crawler, std::vector<Change> changes, Work* work,
                                          Course* course) {
    if (auto ready = prepare(crawler, course); !ready) co_return ready;
    std::map<std::pair<std::string, std::string>, const Change*> latest;
    for (const Change& change : changes) latest[{change.bucket, change.key}] = &change;
    auto known = co_await siblings_.known(crawler);
    if (!known) co_return pass(known);
    bool needs_crawl = false;
    for (const Target& target : crawler.targets) {
        const Place place = *parse_place(target.path);
        const std::string object = object_of(target, place);
        std::vector<Listed> made;
        std::set<std::string> left;  // folders that an object is gone from
        for (const auto& [name, change] : latest) {
            if (change->bucket != place.bucket) continue;
            if (!object.empty() && change->key == object) needs_crawl = true;
            if (!change->key.starts_with(place.prefix)) continue;
            if (!change->is_removed)
                made.push_back({change->key, change->size});
            else
                left.insert(change->key.substr(0, change->key.rfind('/') + 1));
        }
        Folder top = folders_of(place, target, made, course->lines);
        for (Folder* folder : with_files(top)) {
            auto fits = co_await take_folder(crawler, target, folder, &*known, work, course);
            if (!fits) co_return pass(fits);
            needs_crawl = needs_crawl || !*fits;
        }
        auto pruned = co_await prune(crawler, target, std::move(left), *known, course);
        if (!pruned) co_return pruned;
    }
    if (!needs_crawl) co_return Result<>();
    course->lines.emplace_back("all is crawled: what came is not of a table that is known");
    auto crawled = co_await crawl(std::move(crawler), course);
    co_return crawled;
}

io::Task<Result<bool>> Crawlers::take_folder(Crawler crawler, Target target, Folder* folder,
                                             std::vector<KnownTable>* known, Work* work,
                                             Course* course) {
    const std::string bucket = parse_place(target.path)->bucket;
    const Sampling sampling{static_cast<std::size_t>(target.sample_size.value_or(
                                static_cast<int>(limits::followed_files_max))),
                            limits::sample_bytes_max};
    auto read = co_await classify_folder(crawler.key, bucket, folder, sampling, course);
    if (!read) co_return pass(read);
    if (!folder->format) co_return true;  // a line says why
    FoundTable found;
    found.format = *folder->format;
    const std::string outline = outline_of(found.format);
    KnownTable* const home = home_of(*known, folder->location);
    const auto values = home ? values_in(*home, folder->location) : std::nullopt;
    if (values) {
        found.keys = home->keys;
        found.name = home->name;
        found.location = home->location;
        settle_types(found.format);
        keep_apart_from_keys(found, course->lines);
        auto both = merged(home->format, found.format);
        const bool is_alike = found.keys.empty() || is_similar(home->format, found.format) ||
                              (has_named_steps(*home, folder->location) &&
                               is_of_one_table(home->format, found.format));
        if (both && is_alike) {
            if (!found.keys.empty()) found.partitions.emplace(*values, folder->location);
            const bool has_news =
                both->columns != home->format.columns || both->is_quoted != home->format.is_quoted;
            found.format = home->format = std::move(*both);
            found.is_partial = true;
            auto done = co_await publish_part(std::move(crawler), std::move(found), has_news,
                                              course->settings);
            if (!done) co_return pass(done);
            course->take(std::move(*done));
            course->touched.insert(home->name);
            co_return true;
        }
    }
    if (values && !values->empty()) {
        // A run that converts a table puts another format into its partitions.
        auto is_there = co_await siblings_.has_partition(crawler, home->name, *values);
        if (!is_there) co_return pass(is_there);
        if (*is_there) {
            course->lines.push_back(
                fmt::format("{}: left as it is, it is a partition of table {} already",
                            folder->location, home->name));
            course->touched.insert(home->name);
            co_return true;
        }
    }
    // Once all was crawled with it there, its place is decided until it changes.
    std::string& judged = work->judged[folder->location];
    const bool is_decided = judged == outline;
    judged = outline;
    if (is_decided)
        course->lines.push_back(
            fmt::format("{}: as it was when all was crawled", folder->location));
    co_return is_decided;
}

io::Task<Result<Done>> Crawlers::publish_part(Crawler crawler, FoundTable found, bool has_news,
                                              Settings settings) {
    if (has_news) {
        auto done = co_await siblings_.publish(std::move(crawler), std::move(found), settings);
        co_return done;
    }
    auto done = co_await siblings_.add_partitions(std::move(crawler), found.name, found.partitions);
    co_return done;
}

io::Task<Result<bool>> Crawlers::has_data(std::string bucket, std::string prefix, Target target) {
    const Place place = *parse_place(target.path);
    std::string after;
    while (true) {
        auto page = co_await siblings_.list(bucket, prefix, after);
        if (!page) co_return pass(page);
        if (page->empty()) co_return false;
        std::vector<std::string> unused;
        Folder top = folders_of(place, target, *page, unused);
        if (!with_files(top).empty()) co_return true;
        after = page->back().key;
    }
}

io::Task<Result<>> Crawlers::prune(Crawler crawler, Target target, std::set<std::string> folders,
                                   std::vector<KnownTable> known, Course* course) {
    const Place place = *parse_place(target.path);
    const std::string& bucket = place.bucket;
    const std::string root = "s3://" + bucket + "/";
    for (const std::string& folder : folders) {
        KnownTable* const home = home_of(known, root + folder);
        if (!home || !home->location.starts_with(root + place.prefix)) continue;
        course->touched.insert(home->name);
        auto is_there = co_await has_data(bucket, folder, target);
        if (!is_there) co_return pass(is_there);
        if (*is_there) continue;
        const auto values = values_in(*home, root + folder);
        if (values && !values->empty()) {
            auto done = co_await siblings_.retire_partition(crawler, home->name, *values);
            if (!done) co_return pass(done);
            course->take(std::move(*done));
        }
        auto is_left = co_await has_data(bucket, home->location.substr(root.size()), target);
        if (!is_left) co_return pass(is_left);
        if (*is_left) continue;
        std::vector<std::string> places{home->location};
        auto done = co_await siblings_.retire(crawler, std::move(places), {});
        if (!done) co_return pass(done);
        course->take(std::move(*done));
    }
    co_return Result<>();
}

}  // namespace freshet::lake
