#include "lake/lake.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/schedule_expression.h"
#include "lake/crawl.h"
#include "lake/glob.h"
#include "lake/limits.h"
#include "lake/schedule.h"
#include "lake/store.h"

namespace freshet::lake {
namespace {

Result<> check_policies(const Crawler& crawler) {
    const auto is_one_of = [](const std::string& given, std::initializer_list<const char*> known) {
        return std::ranges::find(known, given) != known.end();
    };
    if (!is_one_of(crawler.update_behavior, {"LOG", "UPDATE_IN_DATABASE"}))
        return fail(Errc::invalid,
                    fmt::format("UpdateBehavior {} is not known", crawler.update_behavior));
    if (!is_one_of(crawler.delete_behavior,
                   {"LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"}))
        return fail(Errc::invalid,
                    fmt::format("DeleteBehavior {} is not known", crawler.delete_behavior));
    if (!is_one_of(crawler.recrawl_behavior,
                   {"CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY", "CRAWL_EVENT_MODE"}))
        return fail(Errc::invalid,
                    fmt::format("RecrawlBehavior {} is not known", crawler.recrawl_behavior));
    if (crawler.crawls_new_folders_only() &&
        (crawler.update_behavior != "LOG" || crawler.delete_behavior != "LOG"))
        return fail(Errc::invalid,
                    "The SchemaChangePolicy of a crawler with RecrawlBehavior "
                    "CRAWL_NEW_FOLDERS_ONLY must have UpdateBehavior LOG and DeleteBehavior LOG.");
    return {};
}

Result<> check(const Crawler& crawler) {
    if (crawler.targets.empty()) return fail(Errc::invalid, "Crawler targets must be specified.");
    if (crawler.targets.size() > limits::targets_max)
        return fail(Errc::invalid,
                    fmt::format("A crawler has at most {} targets", limits::targets_max));
    for (const Target& target : crawler.targets) {
        if (!parse_place(target.path))
            return fail(
                Errc::invalid,
                fmt::format("{} is not a path of the form s3://bucket/prefix/", target.path));
        if (target.sample_size &&
            (*target.sample_size < 1 || *target.sample_size > limits::sample_size_max))
            return fail(Errc::invalid, fmt::format("SampleSize is a number from 1 to {}",
                                                   limits::sample_size_max));
        const auto bad = std::ranges::find_if_not(target.exclusions, is_glob);
        if (bad != target.exclusions.end())
            return fail(Errc::invalid, fmt::format("The exclusion {} is not a glob", *bad));
    }
    if (crawler.database.empty()) return fail(Errc::invalid, "DatabaseName must be given");
    if (crawler.schedule && (!crawler.schedule->expression.starts_with("cron(") ||
                             !ScheduleExpression::parse(crawler.schedule->expression)))
        return fail(Errc::invalid, fmt::format("Schedule '{}' is not a cron expression",
                                               crawler.schedule->expression));
    if (crawler.tags.size() > limits::tags_max)
        return fail(Errc::invalid, fmt::format("A crawler has at most {} tags", limits::tags_max));
    if (auto settings = settings_of(crawler.configuration); !settings)
        return fail(Errc::invalid, settings.error());
    return check_policies(crawler);
}

/// When a schedule that runs is due next; what is due already stays so.
void set_due(Crawler& crawler, Timestamp now) {
    if (!crawler.schedule) return;
    if (!crawler.schedule->is_running)
        crawler.schedule->due.reset();
    else if (!crawler.schedule->due)
        crawler.schedule->due = next_tick(*crawler.schedule, now);
}

}  // namespace

std::string crawl_id(const CrawlerKey& key, Timestamp started, std::int64_t number) {
    const std::string hex =
        to_hex(md5(fmt::format("{}/{}/{}/{}/{}", key.home.account, key.home.region, key.name,
                               to_epoch_ms(started), number)));
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

Result<> Crawlers::load() {
    return database_.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (Crawler& crawler : *all) {
            // A crawl that the end of the server cut short.
            if (crawler.running_since) crawler.state = State::running;
            crawlers_.emplace(crawler.key, std::move(crawler));
        }
        return {};
    });
}

void Crawlers::begin() {
    scope_.spawn(run_clock());
    for (const auto& [key, crawler] : crawlers_) {
        if (crawler.state != State::ready) scope_.spawn(run(key));
        watch(crawler);
        hear(key, crawler.id);
    }
}

io::Task<void> Crawlers::stop() {
    is_stopping_ = true;
    stop_.request();
    schedules_changed_.notify();
    co_await scope_.join();
    works_.clear();
}

std::shared_ptr<Crawlers::Work> Crawlers::work_of(const Crawler& crawler) {
    std::shared_ptr<Work>& work = works_[crawler.id];
    if (!work) work = std::make_shared<Work>(home_);
    return work;
}

Result<const Crawler*> Crawlers::find(const CrawlerKey& key) const {
    const auto found = crawlers_.find(key);
    if (found == crawlers_.end())
        return fail(Errc::not_found,
                    fmt::format("Crawler entry with name {} does not exist", key.name));
    return &found->second;
}

std::vector<const Crawler*> Crawlers::list(const Home& home) const {
    std::vector<const Crawler*> all;
    for (const auto& [key, crawler] : crawlers_) {
        if (key.home == home) all.push_back(&crawler);
    }
    return all;
}

io::Task<Result<>> Crawlers::create(Crawler wanted) {
    auto turn = co_await changing_.take();
    if (crawlers_.contains(wanted.key))
        co_return fail(Errc::exists,
                       fmt::format("Crawler with name {} already exists", wanted.key.name));
    if (auto good = check(wanted); !good) co_return good;
    if (auto good = check_classifiers(wanted); !good) co_return good;
    if (list(wanted.key.home).size() >= limits::crawlers_max)
        co_return fail(Errc::too_many,
                       fmt::format("Resource limit exceeded: {} crawlers", limits::crawlers_max));
    wanted.created = wanted.updated = home_.now();
    set_due(wanted, home_.now());
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto put = store::put(txn, wanted);
        if (put) put = siblings_.follow_in(txn, wanted);
        return put;
    });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    const CrawlerKey key = wanted.key;
    crawlers_[key] = std::move(wanted);
    watch(crawlers_.at(key));
    schedules_changed_.notify();
    co_return Result<>();
}

io::Task<Result<>> Crawlers::update(CrawlerKey key, std::function<void(Crawler&)> change) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} is currently running", key.name));
    Crawler changed = **found;
    change(changed);
    if (auto good = check(changed); !good) co_return good;
    if ((*found)->crawls_new_folders_only() && changed.crawls_new_folders_only() &&
        (*found)->targets != changed.targets)
        co_return fail(Errc::invalid,
                       "The targets of a crawler with RecrawlBehavior CRAWL_NEW_FOLDERS_ONLY "
                       "cannot be changed.");
    if (auto good = check_classifiers(changed); !good) co_return good;
    changed.updated = home_.now();
    ++changed.version;
    set_due(changed, home_.now());
    auto written = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto put = store::put(txn, changed);
        if (put) put = siblings_.follow_in(txn, changed);
        return put;
    });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    crawlers_[key] = std::move(changed);
    watch(crawlers_.at(key));
    hear(key, crawlers_.at(key).id);
    schedules_changed_.notify();
    co_return Result<>();
}

Result<> Crawlers::check_classifiers(const Crawler& crawler) const {
    for (const std::string& name : crawler.classifiers) {
        if (!classifiers_.find({crawler.key.home, name}))
            return fail(Errc::invalid, fmt::format("Classifier {} does not exist", name));
    }
    return {};
}

io::Task<Result<>> Crawlers::write(CrawlerKey key, std::function<void(Crawler&)> change) {
    Crawler changed = crawlers_.at(key);
    change(changed);
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, changed); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    change(crawlers_.at(key));
    co_return Result<>();
}

io::Task<Result<>> Crawlers::change_tags(CrawlerKey key, Tags added,
                                         std::vector<std::string> removed) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    Tags tags = (*found)->tags;
    for (auto& [name, value] : added) tags[name] = value;
    for (const std::string& name : removed) tags.erase(name);
    if (tags.size() > limits::tags_max)
        co_return fail(Errc::invalid,
                       fmt::format("A crawler has at most {} tags", limits::tags_max));
    auto written =
        co_await write(std::move(key), [&tags](Crawler& crawler) { crawler.tags = tags; });
    co_return written;
}

io::Task<Result<>> Crawlers::remove(CrawlerKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} is currently running", key.name));
    const std::int64_t id = (*found)->id;
    const Crawler crawler = **found;
    auto removed = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto gone = siblings_.forget_in(txn, crawler);
        if (gone) gone = store::remove(txn, id);
        return gone;
    });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    crawlers_.erase(key);
    works_.erase(id);
    co_return Result<>();
}

io::Task<Result<>> Crawlers::start(CrawlerKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} has already started", key.name));
    FRESHET_CHECK(!(*found)->running_since);  // one crawl of a crawler at a time
    const Timestamp now = home_.now();
    auto written = co_await write(key, [&](Crawler& crawler) {
        crawler.state = State::running;
        crawler.running_since = now;
        crawler.running_id = crawl_id(key, now);
    });
    if (!written) co_return written;
    scope_.spawn(run(key));
    co_return Result<>();
}

Result<> Crawlers::halt(const CrawlerKey& key) {
    auto found = find(key);
    if (!found) return pass(found);
    Crawler& crawler = crawlers_.at(key);
    if (crawler.state == State::ready)
        return fail(Errc::not_running, fmt::format("Crawler with name {} isn't running", key.name));
    if (crawler.state == State::stopping)
        return fail(Errc::stopping,
                    fmt::format("Crawler with name {} is already stopping", key.name));
    crawler.state = State::stopping;
    return {};
}

bool Crawlers::is_stopping(const CrawlerKey& key) const {
    const auto found = crawlers_.find(key);
    return is_stopping_ || found == crawlers_.end() || found->second.state == State::stopping;
}

}  // namespace freshet::lake

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::lake::Errc>::domain() {
    static constexpr ErrorDomain instance{"lake"};
    return instance;
}
