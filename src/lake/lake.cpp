#include "lake/lake.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "lake/crawl.h"
#include "lake/glob.h"
#include "lake/limits.h"
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
    if (!is_one_of(crawler.recrawl_behavior, {"CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY"}))
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
    if (auto settings = settings_of(crawler.configuration); !settings)
        return fail(Errc::invalid, settings.error());
    return check_policies(crawler);
}

std::string crawl_id(const CrawlerKey& key, Timestamp started) {
    const std::string hex = to_hex(md5(fmt::format("{}/{}/{}/{}", key.home.account, key.home.region,
                                                   key.name, to_epoch_ms(started))));
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

}  // namespace

Result<> Crawlers::load() {
    return database_.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (Crawler& crawler : *all) crawlers_.emplace(crawler.key, std::move(crawler));
        return {};
    });
}

io::Task<void> Crawlers::stop() {
    is_stopping_ = true;
    co_await scope_.join();
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
    wanted.created = wanted.updated = home_.now();
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, wanted); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    const CrawlerKey key = wanted.key;
    crawlers_[key] = std::move(wanted);
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
    changed.updated = home_.now();
    ++changed.version;
    auto written =
        co_await database_.write([&](meta::Txn& txn) { return store::put(txn, changed); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    crawlers_[key] = std::move(changed);
    co_return Result<>();
}

io::Task<Result<>> Crawlers::remove(CrawlerKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} is currently running", key.name));
    const std::int64_t id = (*found)->id;
    auto removed =
        co_await database_.write([id](meta::Txn& txn) { return store::remove(txn, id); });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    crawlers_.erase(key);
    co_return Result<>();
}

io::Task<Result<>> Crawlers::start(CrawlerKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    Crawler& crawler = crawlers_.at(key);
    if (crawler.state != State::ready)
        co_return fail(Errc::running,
                       fmt::format("Crawler with name {} has already started", key.name));
    crawler.state = State::running;
    FRESHET_CHECK(!crawler.running_since);  // one crawl of a crawler at a time
    crawler.running_since = home_.now();
    crawler.running_id = crawl_id(key, *crawler.running_since);
    scope_.spawn(run(key));
    co_return Result<>();
}

Result<> Crawlers::halt(const CrawlerKey& key) {
    auto found = find(key);
    if (!found) return pass(found);
    Crawler& crawler = crawlers_.at(key);
    if (crawler.state == State::ready)
        return fail(Errc::not_running, fmt::format("Crawler with name {} isn't running", key.name));
    crawler.state = State::stopping;
    return {};
}

bool Crawlers::is_stopping(const CrawlerKey& key) const {
    return is_stopping_ || crawlers_.at(key).state == State::stopping;
}

}  // namespace freshet::lake

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::lake::Errc>::domain() {
    static constexpr ErrorDomain instance{"lake"};
    return instance;
}
